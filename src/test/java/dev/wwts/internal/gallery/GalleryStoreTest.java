package dev.wwts.internal.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.wwts.GalleryException;
import dev.wwts.GalleryException.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gallery keeps, and what it refuses. */
class GalleryStoreTest {
  private static final int DIMENSION = 16;
  private static final ModelKey MODEL = Vectors.model(DIMENSION);

  @TempDir private Path folder;
  private final Random random = new Random(5);

  @Test
  void findsWhatWasAddedAndNotWhatWasRemoved() {
    try (GalleryStore store = open()) {
      float[] tea = vector();
      long id = store.add(Vectors.example("红茶", tea));
      store.add(Vectors.example("可乐", vector()));
      assertThat(store.nearest(tea, 1))
          .singleElement()
          .satisfies(
              it -> {
                assertThat(it.example()).isEqualTo(new Example(id, "红茶", Map.of()));
                // the rounding of 16 floats to length 1
                assertThat(it.similarity()).isCloseTo(1, within(1e-6));
              });
      assertThat(store.remove(id)).isTrue();
      assertThat(store.remove(id)).isFalse();
      assertThat(store.nearest(tea, 5))
          .extracting(it -> it.example().label())
          .containsExactly("可乐");
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }

  @Test
  void isAsItWasWhenOpenedAgain() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("文件", "照片 1.jpg");
    metadata.put("", "");
    float[] first = vector();
    List<Neighbour> before;
    try (GalleryStore store = open()) {
      store.add(new NewExample("a", first, metadata));
      store.addAll(Collections.nCopies(2500, Vectors.example("b", vector())));
      store.remove(7);
      store.threshold(0.625);
      before = store.nearest(first, 3000);
    }
    try (GalleryStore store = open()) {
      assertThat(store.nearest(first, 3000)).isEqualTo(before).hasSize(2500);
      assertThat(store.threshold()).isEqualTo(0.625);
      assertThat(store.examples().get(0).metadata()).containsExactlyEntriesOf(metadata);
      assertThat(store.removeLabel("b")).isEqualTo(2499);
      assertThat(store.add(Vectors.example("c", vector()))).isEqualTo(2502);
    }
  }

  @Test
  void givesNoIdTwiceThoughTheNewestWereRemovedAndTheFileMadeAnew() throws IOException {
    try (GalleryStore store = GalleryStore.open(folder, MODEL, 10)) {
      for (int i = 1; i <= 500; i++) {
        assertThat(store.add(Vectors.example("x", vector()))).isEqualTo(i);
        assertThat(store.remove(i)).isTrue();
      }
    }
    // how much is written while it is made anew is the scheduler's choice; closing waits for it
    try (GalleryStore store = GalleryStore.open(folder, MODEL, 10)) {
      for (int i = 501; i <= 520; i++) {
        assertThat(store.add(Vectors.example("x", vector()))).isEqualTo(i);
        assertThat(store.remove(i)).isTrue();
      }
    }
    assertThat(Files.size(file())).as("1,040 changes of 100 bytes").isLessThan(10_000);
    try (GalleryStore store = open()) {
      assertThat(store.add(Vectors.example("x", vector()))).isEqualTo(521);
    }
  }

  @Test
  void refusesAnotherModelsGallery() {
    open().close();
    refused(
        () -> GalleryStore.open(folder, new ModelKey("f".repeat(64), DIMENSION)),
        Reason.OTHER_MODEL,
        "was made with the model 0123456789ab...");
    refused(() -> GalleryStore.open(folder, Vectors.model(17)), Reason.OTHER_MODEL, "16 numbers");
    open().close();
  }

  @Test
  void oneHolderChangesIt() throws IOException {
    Process child = KillTest.start(folder, "1");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).startsWith("+");
      refused(
          () -> GalleryStore.open(folder, Vectors.model(GalleryChild.DIMENSION)),
          Reason.IN_USE,
          "by another process");
      // others read it meanwhile, as it is; it never has less than one again
      assertThat(lines.readLine()).startsWith("=");
      ModelKey model = Vectors.model(GalleryChild.DIMENSION);
      try (GalleryStore store = GalleryStore.openReadOnly(folder, model)) {
        assertThat(store.size()).isPositive();
        float[] embedding = Vectors.random(random, GalleryChild.DIMENSION);
        assertThat(store.nearest(embedding, 1)).hasSize(1);
        refused(() -> store.add(Vectors.example("x", embedding)), Reason.READ_ONLY, "reading only");
        refused(() -> store.remove(1), Reason.READ_ONLY, "open it for changes");
        refused(store::calibrate, Reason.READ_ONLY, "reading only");
      }
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.onExit().join().exitValue()).isNotZero();
    try (GalleryStore store = GalleryStore.open(folder, Vectors.model(GalleryChild.DIMENSION))) {
      assertThat(store.size()).isNotNegative();
      for (int i = 0; i < 2; i++) {
        refused(this::open, Reason.IN_USE, "in this process already");
      }
    }
  }

  @Test
  void isReadOnlyWhereItIs() {
    refused(() -> GalleryStore.openReadOnly(folder, MODEL), Reason.UNREADABLE, "holds no gallery");
    open().close();
    GalleryStore store = GalleryStore.openReadOnly(folder, MODEL);
    assertThat(store.size()).isZero();
    store.close();
    refused(store::size, Reason.CLOSED, "open it again");
    refused(
        () -> GalleryStore.openReadOnly(folder, new ModelKey("f".repeat(64), DIMENSION)),
        Reason.OTHER_MODEL,
        "was made with the model");
  }

  /** What is half written, or made anew, is no damage to who reads meanwhile. */
  @Test
  void isReadWhileAnotherChangesIt() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService readers = Executors.newSingleThreadExecutor();
    try (GalleryStore store = GalleryStore.open(folder, MODEL, 100)) {
      store.addAll(Collections.nCopies(3, Vectors.example("anchor", vector())));
      Future<Integer> read = readers.submit(() -> reads(done));
      for (int round = 0; round < 30; round++) {
        store.addAll(Collections.nCopies(3000, Vectors.example("y", vector())));
        store.removeLabel("y");
      }
      done.set(true);
      assertThat(read.get()).isPositive();
    } finally {
      readers.shutdownNow();
    }
  }

  private int reads(AtomicBoolean done) {
    int reads = 0;
    do {
      try (GalleryStore store = GalleryStore.openReadOnly(folder, MODEL)) {
        assertThat(store.examples().subList(0, 3))
            .extracting(Example::id)
            .containsExactly(1L, 2L, 3L);
        // a thousand are written together
        assertThat(store.size() % 1000).isEqualTo(3);
      }
      reads++;
    } while (!done.get());
    return reads;
  }

  /** Every length that the last change can have been written to. */
  @Test
  void cutsOffAnUnfinishedChange() throws IOException {
    byte[] shorter;
    byte[] whole;
    try (GalleryStore store = open()) {
      store.add(Vectors.example("kept", vector()));
      shorter = Files.readAllBytes(file());
      store.add(Vectors.example("unfinished", vector()));
      whole = Files.readAllBytes(file());
    }
    for (int length = shorter.length; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertKept(1);
      // where the disk knew the length before it knew the bytes
      Files.write(file(), Arrays.copyOf(Arrays.copyOf(whole, length), whole.length + 5000));
      assertKept(1);
    }
  }

  private void assertKept(int size) throws IOException {
    byte[] before = Files.readAllBytes(file());
    try (GalleryStore store = GalleryStore.openReadOnly(folder, MODEL)) {
      assertThat(store.size()).isEqualTo(size);
    }
    assertThat(Files.readAllBytes(file())).as("read only").isEqualTo(before);
    try (GalleryStore store = open()) {
      assertThat(store.size()).isEqualTo(size);
      store.add(Vectors.example("next", vector()));
    }
    try (GalleryStore store = open()) {
      assertThat(store.size()).isEqualTo(size + 1);
    }
  }

  /** A flipped bit anywhere before the last change: what follows it would be lost. */
  @Test
  void refusesDamageBeforeTheEnd() throws IOException {
    byte[] before;
    byte[] whole;
    try (GalleryStore store = open()) {
      store.add(Vectors.example("first", vector()));
      before = Files.readAllBytes(file());
      store.add(Vectors.example("second", vector()));
      whole = Files.readAllBytes(file());
    }
    for (int at = 0; at < before.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x10;
      Files.write(file(), damaged);
      refused(this::open, Reason.CORRUPT, "take it from a backup");
    }
    Files.write(file(), new byte[0]);
    refused(this::open, Reason.CORRUPT, "not a gallery's file");
  }

  @Test
  void refusesANewerFormat() throws IOException {
    byte[] header = new GalleryHeader(MODEL, 1).encode();
    header[0] = 2;
    Files.write(file(), Frames.of(header, 0));
    refused(this::open, Reason.NEWER_FORMAT, "update it");
  }

  @Test
  void refusesWhatIsNoEmbeddingAndNoLabel() {
    try (GalleryStore store = open()) {
      float[] bad = vector();
      bad[3] = Float.NaN;
      invalid(() -> store.add(Vectors.example("x", bad)), "length 1 here (L2), not NaN");
      invalid(() -> store.nearest(new float[DIMENSION], 1), "not 0.0000");
      invalid(() -> store.nearest(new float[3], 1), "has 16 numbers here, not 3");
      invalid(() -> store.nearest(vector(), 0), "1 neighbour or more");
      invalid(() -> Vectors.example(" ", vector()), "A label has 1 to 1,000");
      invalid(() -> store.add(Vectors.example("\ud83d", vector())), "surrogate");
      assertThat(store.size()).isZero();
    }
  }

  @Test
  void refusesCallsOnceClosed() {
    GalleryStore store = open();
    store.close();
    store.close();
    refused(() -> store.nearest(vector(), 1), Reason.CLOSED, "open it again");
    refused(() -> store.add(Vectors.example("x", vector())), Reason.CLOSED, "open it again");
    open().close();
  }

  /** Each search sees one state: the anchors are always here, and nothing is found twice. */
  @Test
  void isSearchedWhileItChanges() throws Exception {
    float[] anchor = vector();
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService readers = Executors.newFixedThreadPool(3);
    try (GalleryStore store = GalleryStore.open(folder, MODEL, 100)) {
      store.addAll(Collections.nCopies(3, Vectors.example("anchor", anchor)));
      List<Future<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        counts.add(readers.submit(() -> search(store, anchor, done)));
      }
      for (int round = 0; round < 30; round++) {
        List<Long> ids = store.addAll(Collections.nCopies(400, Vectors.example("y", vector())));
        ids.subList(0, 30).forEach(store::remove);
        store.removeLabel("y");
      }
      done.set(true);
      for (Future<Integer> count : counts) {
        assertThat(count.get()).isPositive();
      }
    } finally {
      readers.shutdownNow();
    }
  }

  private static int search(GalleryStore store, float[] anchor, AtomicBoolean done) {
    int searches = 0;
    do {
      List<Neighbour> nearest = store.nearest(anchor, 50);
      assertThat(nearest.subList(0, 3))
          .extracting(it -> it.example().id())
          .containsExactly(1L, 2L, 3L);
      assertThat(nearest).extracting(it -> it.example().id()).doesNotHaveDuplicates();
      searches++;
    } while (!done.get());
    return searches;
  }

  private GalleryStore open() {
    return GalleryStore.open(folder, MODEL);
  }

  private Path file() {
    return folder.resolve("gallery.wwts");
  }

  private float[] vector() {
    return Vectors.random(random, DIMENSION);
  }

  private static void refused(ThrowingCallable call, Reason reason, String sentence) {
    assertThatThrownBy(call)
        .asInstanceOf(type(GalleryException.class))
        .satisfies(
            it -> {
              assertThat(it.reason()).isEqualTo(reason);
              assertThat(it.getMessage()).contains(sentence);
            });
  }

  private static void invalid(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }
}
