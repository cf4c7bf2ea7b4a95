package dev.wwts.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.ModelFiles;
import dev.wwts.internal.model.RawZip.Entry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Zips in which two readers could see two different models, and zips that unpack to too much. */
class ArchiveTest {
  private static final byte[] SOME = {1, 2, 3};

  @TempDir private static Path folder;
  private static Path good;
  private static byte[] goodBytes;

  @BeforeAll
  static void writeModel() throws IOException {
    good = ModelFiles.tiny(folder);
    goodBytes = Files.readAllBytes(good);
  }

  /** Each is one change to a good model. */
  private static final Map<String, Consumer<RawZip>> TRICKS = tricks();

  private static Map<String, Consumer<RawZip>> tricks() {
    Map<String, Consumer<RawZip>> tricks = new LinkedHashMap<>();
    tricks.put("another zip as comment", zip -> zip.comment = goodBytes);
    tricks.put("a comment", zip -> zip.comment = SOME);
    tricks.put("bytes after the end", zip -> zip.after = SOME);
    tricks.put("another zip after the end", zip -> zip.after = goodBytes);
    tricks.put("bytes before the directory", zip -> zip.beforeDirectory = SOME);
    tricks.put("bytes after the directory", zip -> zip.afterDirectory = SOME);
    tricks.put("one entry too few", zip -> zip.countMore = -1);
    tricks.put("one entry too many", zip -> zip.countMore = 1);
    tricks.put("a lying zip64 record", zip -> lyingZip64(zip));
    tricks.put("the same name", zip -> zip.add("bare/data.pkl", SOME));
    tricks.put("another case", zip -> zip.entries.add(0, new Entry("bare/DATA.pkl", SOME)));
    tricks.put("a folder's other case", zip -> zip.add("bare/Data/0", new byte[36]));
    tricks.put("composed", zip -> both(zip, "bare/extra/\u00e9", "bare/extra/e\u0301"));
    tricks.put("wide letters", zip -> both(zip, "bare/extra/a", "bare/extra/\uff41"));
    tricks.put("a folder", zip -> zip.add("bare/extra/", new byte[0]));
    tricks.put("a way up", zip -> zip.add("bare/extra/../../evil", SOME));
    tricks.put("a control character", zip -> zip.add("bare/extra/\u001b[31m", SOME));
    tricks.put("the old format", zip -> zip.add("bare/model.json", SOME));
    tricks.put("another local name", zip -> zip.entry("data.pkl").localName = "bare/data.PKL");
    tricks.put("another local size", zip -> zip.entry("data.pkl").localSize = 7);
    tricks.put("another size", zip -> zip.entry("data/0").size = 32);
    tricks.put("a wrong checksum", zip -> zip.entry("data/0").crc ^= 1);
    tricks.put("encryption", zip -> zip.entry("data/0").flags |= 1);
    tricks.put("a method", zip -> zip.entry("data/0").method = 12);
    tricks.put("an entry's comment", zip -> zip.entry("data/0").comment = "x");
    tricks.put("another name aside", zip -> zip.entry("data/0").extra = bytes("up\3\0abc"));
    tricks.put("a cut extra field", zip -> zip.entry("data/0").localExtra = bytes("FB\t\0a"));
    tricks.put("needless zip64 sizes", zip -> zip.entry("data/0").extra = zip64());
    tricks.put("an unlisted entry", zip -> zip.entry("serialization_id").inDirectory = false);
    tricks.put("one header for two", zip -> zip.entry("version").header = 0);
    tricks.put("a lying descriptor", zip -> described(zip.entry("data/0"), 35));
    tricks.put("no descriptor", zip -> zip.entry("data/0").flags |= RawZip.HAS_DESCRIPTOR);
    tricks.put("a bomb", zip -> zip.add("bare/extra/b", new byte[80 << 20]).deflated());
    tricks.put("more than it says", zip -> zip.add("bare/extra/b", SOME).deflated().size = 2);
    tricks.put("less than it says", zip -> zip.add("bare/extra/b", SOME).deflated().size = 4);
    return tricks;
  }

  private static Stream<String> trickNames() {
    return TRICKS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("trickNames")
  void refusesWhatTwoReadersCouldReadDifferently(String trick) {
    RawZip zip = RawZip.of(good);
    Objects.requireNonNull(TRICKS.get(trick)).accept(zip);
    Path file = zip.write(folder.resolve("trick.pt"));

    assertThatThrownBy(() -> Bundle.describe(file))
        .asInstanceOf(type(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT))
        .satisfies(
            e -> assertThat(e.getMessage()).matches("[^\\p{Cntrl}]{1,300}\\.").contains("trick"));
  }

  @Test
  void readsWhatTorchAndOtherHonestWritersWrite() {
    RawZip zip = RawZip.of(good);
    zip.zip64 = true;
    zip.entry("data.pkl").deflated();
    zip.entry("version").localExtra = bytes("FB\3\0ZZZ");
    described(zip.entry("data/0"), 36);
    Entry data = zip.entry("constants.pkl");
    data.extra = bytes("UT\5\0\1abcd");

    assertThat(Bundle.describe(zip.write(folder.resolve("honest.pt"))).labels()).hasSize(3);
  }

  /** 2,000 entries that share one stream: refused by the directory alone. */
  @Test
  void entriesThatShareTheirBytesAreNotUnpacked() {
    RawZip zip = RawZip.of(good);
    Entry first = zip.add("bare/extra/0", new byte[1 << 20]).deflated();
    zip.bytes();
    long shared = first.header;
    zip.entries.forEach(entry -> entry.header = -1);
    for (int i = 1; i < 2000; i++) {
      Entry entry = zip.add("bare/extra/" + i, first.data);
      entry.method = first.method;
      entry.stored = first.stored;
      entry.header = shared;
    }
    Path file = zip.write(folder.resolve("shared.pt"));

    assertThatThrownBy(() -> Bundle.describe(file)).hasMessageContaining("overlap");
  }

  @ParameterizedTest
  @ValueSource(strings = {"after", "other", "deep"})
  void readsJsonStrictly(String fault) throws IOException {
    String manifest =
        switch (fault) {
          case "after" -> ModelFiles.MANIFEST + "{}";
          case "other" ->
              ModelFiles.MANIFEST.replace("\"size\": 8", "\"size\": 8, \"s\\u0069ze\": 8");
          default -> ModelFiles.MANIFEST.replace("\"format\"", "\"x\": " + "[".repeat(5000));
        };
    Path file =
        ModelFiles.write(
            Files.createDirectories(folder.resolve(fault)),
            "m",
            manifest,
            ModelFiles.LABELS.getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> Bundle.describe(file))
        .asInstanceOf(type(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.BAD_MANIFEST));
  }

  @Test
  void aFileIsLetGoOnlyOnceAndNotReadAfterwards() {
    List<Bundle> kept = new ArrayList<>();
    try (Bundle bundle = Bundle.read(good, null, false)) {
      assertThat(bundle.content().sha256()).isEqualTo(Sha256.of(good));
      assertThat(bundle.content().size()).isEqualTo(goodBytes.length);
      kept.add(bundle);
    }
    kept.get(0).close();

    assertThatThrownBy(() -> kept.get(0).content().address())
        .isInstanceOf(IllegalStateException.class);
  }

  /** As a fall back to fp32 does, after the first load has let the content go. */
  @Test
  void aFileIsReadAgainOnlyIfItIsTheSame() throws IOException {
    Path file = Files.write(folder.resolve("again.pt"), goodBytes);
    Bundle bundle = Bundle.describe(file);
    bundle.again().close();
    RawZip other = RawZip.of(good);
    other.entry("data/0").data[0] ^= 1;
    Entry changed = new Entry("bare/data/0", other.entry("data/0").data);
    other.entries.set(other.entries.indexOf(other.entry("data/0")), changed);
    other.write(file);
    Bundle.describe(file);

    assertThatThrownBy(bundle::again).hasMessageContaining("changed while it was loaded");
  }

  private static void lyingZip64(RawZip zip) {
    zip.zip64 = true;
    zip.zip64DirectoryMore = 46;
  }

  private static void both(RawZip zip, String one, String other) {
    zip.add(one, SOME);
    zip.add(other, SOME);
  }

  private static void described(Entry entry, long size) {
    entry.flags |= RawZip.HAS_DESCRIPTOR;
    entry.descriptor = RawZip.descriptor(entry.crc, entry.stored.length, size);
  }

  private static byte[] zip64() {
    return bytes("\1\0\b\0$\0\0\0\0\0\0\0");
  }

  private static byte[] bytes(String latin) {
    return latin.getBytes(StandardCharsets.ISO_8859_1);
  }
}
