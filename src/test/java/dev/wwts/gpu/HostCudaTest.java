package dev.wwts.gpu;

import static dev.wwts.gpu.HostCuda.Count.DEVICE_ALLOCATIONS;
import static dev.wwts.gpu.HostCuda.Count.GRAPHS;
import static dev.wwts.gpu.HostCuda.Count.GRAPH_LAUNCHES;
import static dev.wwts.gpu.HostCuda.Count.KERNELS;
import static dev.wwts.gpu.HostCuda.Count.PAGEABLE_COPIES;
import static dev.wwts.gpu.HostCuda.Count.PINNED_ALLOCATIONS;
import static dev.wwts.gpu.HostCuda.Count.UPLOADED_BYTES;
import static dev.wwts.gpu.HostCuda.Count.WAITS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Device;
import dev.wwts.DeviceException;
import dev.wwts.ModelFiles;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import dev.wwts.Timings;
import dev.wwts.internal.cuda.NativeLibrary;
import dev.wwts.internal.lane.CropProbe;
import dev.wwts.internal.rewrite.RelocationTest;
import java.awt.Color;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** Calls over a card: launches, waits, copies, captures, crops; see {@link HostCudaCase}. */
class HostCudaTest extends HostCudaCase {
  @Test
  void aWarmCallIsOneLaunchAndOneWaitAndAllocatesNothing() {
    byte[] picture = TestPictures.jpeg(640, 480);
    try (Recognizer recognizer = on(CUDA).load()) {
      recognizer.recognize(picture);
      recognizer.recognize(picture);
      Map<HostCuda.Count, Integer> before = counts();
      for (int i = 0; i < 10; i++) {
        // results come as late as they may, so that reading too early shows
        assertThat(recognizer.recognize(picture))
            .extracting(Recognition::index, Recognition::confidence)
            .containsExactly(ranked(0), ranked(1), ranked(2));
      }
      Map<HostCuda.Count, Integer> after = counts();

      assertThat(after.get(GRAPH_LAUNCHES) - before.get(GRAPH_LAUNCHES)).isEqualTo(10);
      assertThat(after.get(WAITS) - before.get(WAITS)).isEqualTo(10);
      for (HostCuda.Count none :
          List.of(DEVICE_ALLOCATIONS, PINNED_ALLOCATIONS, PAGEABLE_COPIES, GRAPHS)) {
        assertThat(after.get(none)).as("%s", none).isEqualTo(before.get(none));
      }
      if (NativeLibrary.isLoaded()) {
        assertThat(after.get(KERNELS)).isEqualTo(before.get(KERNELS));
      }
    }
  }

  /** The kernel of our own ranks zeros; hostcuda's top-k gives 1/2, 1/4 and so on. */
  private static Tuple ranked(int index) {
    return tuple(index, NativeLibrary.isLoaded() ? (double) (1 / 3f) : 0.5 / (1 << index));
  }

  /** Copied before the next one is: the memory that it lies in is another picture's then. */
  @Test
  void aTensorIsCopiedToItsSlotAndTimed() {
    Picture tensor = new Picture.Tensor("the tensor", new float[3 * 8 * 8]);
    try (Recognizer recognizer = on(CUDA).precision(Precision.FP32).batchSizes(1, 2).load()) {
      recognizer.answer(tensor);
      Map<HostCuda.Count, Integer> before = counts();
      Timings timings = recognizer.answer(tensor).timings();
      assertThat(counts().get(UPLOADED_BYTES) - before.get(UPLOADED_BYTES))
          .isEqualTo(3 * 8 * 8 * Float.BYTES);
      assertThat(timings.upload()).isNotNegative();
      Picture picture = Picture.of(TestPictures.png(8, 8, Color.RED));
      assertThat(recognizer.answers(List.of(tensor, picture))).hasSize(2);
      assertThat(recognizer.logits(List.of(tensor)).get(0)).hasSize(3);
    }
  }

  /** Rows alone would be 3 x 1920 x 1080 bytes, the square in the middle and what a filter adds. */
  @Test
  void anUploadCarriesOnlyTheColumnsThatTheCropReads() {
    assumeTrue(NativeLibrary.isLoaded(), "skipped: LibTorch's operations take whole pictures");
    byte[] wide = TestPictures.jpeg(1920, 1080);
    byte[] high = TestPictures.jpeg(1080, 1920);
    try (Recognizer recognizer = on(CUDA).load()) {
      for (byte[] picture : List.of(wide, high)) {
        recognizer.recognize(picture);
        int before = UPLOADED_BYTES.read();
        recognizer.recognize(picture);
        int bytes = UPLOADED_BYTES.read() - before;

        System.out.println("Uploaded by a warm call: " + bytes + " bytes");
        assertThat(bytes).isBetween(3 * 1080 * 1080, 3 * 1250 * 1080);
      }
    }
  }

  @Test
  void aWarmCallTakesUnderFourKilobytesOfHeap() throws Exception {
    assumeTrue(NativeLibrary.isLoaded(), "skipped: LibTorch's operations make Java objects");
    ObjectNode figures = new JsonMapper().createObjectNode();

    boolean passed =
        new Steadiness(CUDA).warmCalls(model, TestPictures.jpeg(640, 480), 500, figures);

    System.out.println("A warm call over hostcuda: " + figures);
    assertThat(passed).as(figures.toString()).isTrue();
  }

  private static Map<HostCuda.Count, Integer> counts() {
    Map<HostCuda.Count, Integer> counts = new EnumMap<>(HostCuda.Count.class);
    for (HostCuda.Count count : HostCuda.Count.values()) {
      counts.put(count, count.read());
    }
    return counts;
  }

  @Test
  void eagerCallsWaitOnceAndAllocateNothing() {
    byte[] picture = TestPictures.jpeg(640, 480);
    try (Recognizer recognizer = on(CUDA).cudaGraphs(false).load()) {
      recognizer.recognize(picture);
      recognizer.recognize(picture);
      Map<HostCuda.Count, Integer> before = counts();
      recognizer.recognize(picture);
      Map<HostCuda.Count, Integer> after = counts();

      assertThat(after.get(GRAPH_LAUNCHES)).isEqualTo(before.get(GRAPH_LAUNCHES));
      assertThat(after.get(KERNELS)).isGreaterThan(before.get(KERNELS));
      assertThat(after.get(WAITS) - before.get(WAITS)).isEqualTo(1);
      assertThat(after.get(DEVICE_ALLOCATIONS)).isEqualTo(before.get(DEVICE_ALLOCATIONS));
      assertThat(after.get(PINNED_ALLOCATIONS)).isEqualTo(before.get(PINNED_ALLOCATIONS));
    }
  }

  /** Uploads run as late as they may: a buffer that is written again too early shows here. */
  @Test
  void whatTheLaneUploadsAndTheKernelWritesIsTheProcessorsCrop() throws Exception {
    assumeTrue(NativeLibrary.isLoaded(), "skipped: LibTorch's kernels do nothing here");
    for (int side : new int[] {5, 8, 9, 64, 500, 1500}) {
      Path photo = Files.write(folder.resolve("p.jpg"), TestPictures.jpeg(side, 2 * side + 1));
      assertThat(CropProbe.cropDifference(model, CUDA, photo)).as("%d", side).isLessThan(1.01);
      Files.write(photo, TestPictures.jpeg(2 * side + 1, side));
      assertThat(CropProbe.cropDifference(model, CUDA, photo)).as("%d", side).isLessThan(1.01);
    }
  }

  @Test
  void aBatchesPicturesReachTheirSlots() throws Exception {
    assumeTrue(NativeLibrary.isLoaded(), "skipped: LibTorch's kernels do nothing here");
    // more than a lane has staging buffers, of different sizes
    List<byte[]> pictures =
        List.of(
            TestPictures.jpeg(640, 480),
            TestPictures.png(8, 8, Color.RED),
            TestPictures.jpeg(333, 777),
            TestPictures.jpeg(3000, 2000),
            TestPictures.png(100, 9, Color.GREEN),
            TestPictures.jpeg(640, 480),
            TestPictures.jpeg(64, 64));

    for (Precision precision : new Precision[] {Precision.FP32, Precision.FP16, Precision.BF16}) {
      for (boolean channelsLast : new boolean[] {false, true}) {
        double difference =
            CropProbe.batchDifference(model, CUDA, precision, channelsLast, pictures);
        // a level, and what 8 bits of a bfloat16's mantissa leave of it
        assertThat(difference).as("%s %s", precision, channelsLast).isLessThan(2.01);
      }
    }
  }

  @Test
  void aBatchBetweenTwoGraphsTakesTheLargerOne() {
    assumeTrue(NativeLibrary.isLoaded(), "skipped: preprocessing by LibTorch launches kernels");
    List<Picture> three = Collections.nCopies(3, Picture.of(TestPictures.jpeg(64, 64)));
    try (Recognizer recognizer = on(CUDA).batchSizes(1, 4).load()) {
      recognizer.answers(three);
      Map<HostCuda.Count, Integer> before = counts();
      assertThat(recognizer.answers(three)).hasSize(3);
      Map<HostCuda.Count, Integer> after = counts();

      assertThat(after.get(GRAPH_LAUNCHES) - before.get(GRAPH_LAUNCHES)).isEqualTo(1);
      assertThat(after.get(KERNELS)).isEqualTo(before.get(KERNELS));
      assertThat(after.get(DEVICE_ALLOCATIONS)).isEqualTo(before.get(DEVICE_ALLOCATIONS));
    }
  }

  /** Sizes that were computed on the card would be waited for: one wait more for each. */
  @Test
  void aTraceThatComputesWithSizesIsCapturedAndDoesNotWait() {
    byte[] picture = TestPictures.jpeg(64, 64);
    Path traced = ModelFiles.of(folder, RelocationTest.TRACED);
    for (boolean graphs : new boolean[] {true, false}) {
      try (Recognizer recognizer =
          Recognizer.builder(traced).device(CUDA).lanes(1).cudaGraphs(graphs).load()) {
        recognizer.recognize(picture);
        int waits = WAITS.read();
        recognizer.recognize(picture);

        assertThat(WAITS.read()).isEqualTo(waits + 1);
        assertThat(recognizer.remarks()).anyMatch(remark -> remark.endsWith("captured.") == graphs);
      }
    }
  }

  @Test
  void answersOtherThanTheReferencesFallBackToFp32() {
    Path trained = Path.of("models/default.pt");
    try (Recognizer recognizer = Recognizer.builder(trained).device(CUDA).lanes(1).load()) {
      assertThat(recognizer.model().precision()).isEqualTo(Precision.FP32);
      assertThat(recognizer.remarks())
          .anyMatch(remark -> remark.endsWith("falling back to fp32."))
          .anyMatch(remark -> remark.equals("CUDA graph for batches of 1: captured."));
    }
  }

  @Test
  void aCaptureThatFailsRunsEagerlyAndIsTold() {
    HostCuda.Refusal.CAPTURES.next(1000);
    try (Recognizer recognizer = on(CUDA).precision(Precision.FP32).load()) {
      recognizer.recognize(TestPictures.jpeg(64, 64));

      assertThat(recognizer.remarks()).anyMatch(remark -> remark.contains("running eagerly"));
    } finally {
      HostCuda.Refusal.CAPTURES.next(0);
    }
  }

  @Test
  void aGraphWithoutTimingMarksIsCapturedWhereMarksAreRefused() {
    HostCuda.Refusal.MARKS_IN_CAPTURES.next(1);
    try (Recognizer recognizer = on(CUDA).precision(Precision.FP32).load()) {
      int launches = GRAPH_LAUNCHES.read();
      recognizer.recognize(TestPictures.jpeg(64, 64));

      assertThat(GRAPH_LAUNCHES.read()).isEqualTo(launches + 1);
      assertThat(recognizer.remarks()).anyMatch(remark -> remark.contains("without marks"));
    } finally {
      HostCuda.Refusal.MARKS_IN_CAPTURES.next(0);
    }
  }

  @Test
  void stagesOfTheCardAreTimed() {
    try (Recognizer recognizer = on(CUDA).load()) {
      Timings timings = recognizer.answer(Picture.of(TestPictures.jpeg(640, 480))).timings();

      assertThat(
              List.of(
                  timings.decode(),
                  timings.upload(),
                  timings.preprocess(),
                  timings.forward(),
                  timings.rank(),
                  timings.download()))
          .allMatch(nanos -> nanos >= 0 && nanos < 60_000_000_000L);
    }
  }

  @Test
  void lanesOfSeveralThreadsDoNotDisturbEachOther() throws Exception {
    byte[] picture = TestPictures.jpeg(640, 480);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Recognizer recognizer = Recognizer.builder(model).device(CUDA).lanes(4).load()) {
      Callable<Integer> calls =
          () -> {
            int answered = 0;
            for (int i = 0; i < 50; i++) {
              answered += recognizer.recognize(picture).size();
            }
            return answered;
          };
      for (Future<Integer> done : threads.invokeAll(Collections.nCopies(4, calls))) {
        assertThat(done.get()).isEqualTo(150);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aCardThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> on(Device.cuda(7)).load())
        .isInstanceOf(DeviceException.class)
        .hasMessage("Device cuda:7: there is no GPU 7: CUDA sees 1, counted from 0; or use cpu.");
  }

  @Test
  void autoTakesTheCard() {
    try (Recognizer recognizer = on(Device.parse("auto")).load()) {
      assertThat(recognizer.model().device()).isEqualTo(CUDA);
      assertThat(recognizer.memory()).isPresent();
      assertThat(recognizer.memory().orElseThrow().process()).isEqualTo(300 * MIB);
    }
  }
}
