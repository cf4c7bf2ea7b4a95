package dev.wwts.gpu;

import static dev.wwts.gpu.HostCuda.Count.COPIES;
import static dev.wwts.gpu.HostCuda.Count.DEVICE_ALLOCATIONS;
import static dev.wwts.gpu.HostCuda.Count.GRAPH_LAUNCHES;
import static dev.wwts.gpu.HostCuda.Count.PAGEABLE_COPIES;
import static dev.wwts.gpu.HostCuda.Count.PINNED_ALLOCATIONS;
import static dev.wwts.gpu.HostCuda.Count.WAITS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.Answer;
import dev.wwts.Device;
import dev.wwts.DeviceException;
import dev.wwts.JpegDecoder;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.TestPictures;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.NativeLibrary;
import dev.wwts.internal.image.Decoding;
import dev.wwts.internal.lane.CropProbe;
import dev.wwts.internal.lane.JpegProbe;
import dev.wwts.internal.torch.LibTorch;
import java.awt.Color;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * JPEGs that the card decodes: hostcuda's nvJPEG is libjpeg behind nvJPEG's interface, with its
 * buffers and its order on the stream.
 */
class HostCudaJpegTest extends HostCudaCase {
  private static final List<byte[]> PICTURES =
      List.of(
          TestPictures.jpeg(640, 480),
          TestPictures.png(8, 8, Color.RED),
          TestPictures.jpeg(333, 777, true, false),
          TestPictures.jpeg(3000, 2000),
          TestPictures.jpeg(101, 99, false, true),
          cutInside(TestPictures.jpeg(100, 300)),
          TestPictures.jpeg(640, 480),
          TestPictures.jpeg(5, 5));

  private static RecognizerBuilder onCard() {
    return on(CUDA).decoder(JpegDecoder.GPU);
  }

  private static void needsKernelAndLibjpeg() {
    assumeTrue(NativeLibrary.isLoaded(), "skipped: no preprocessing kernel");
    assumeTrue(
        JpegProbe.of(model, CUDA, PICTURES.get(0)).onCard(),
        "skipped: hostcuda was built without libjpeg");
  }

  /** Some of its data are missing, its end is there: libjpeg answers with a warning. */
  private static byte[] cutInside(byte[] jpeg) {
    byte[] cut = Arrays.copyOf(jpeg, jpeg.length * 3 / 4);
    // not half of a stuffed byte
    cut[cut.length - 3] = 0;
    cut[cut.length - 2] = (byte) 0xFF;
    cut[cut.length - 1] = (byte) 0xD9;
    return cut;
  }

  @Test
  void pixelsAreTheProcessorsWhereInterpolationIsAskedFor() {
    needsKernelAndLibjpeg();
    for (int i : new int[] {0, 2, 3, 4, 7}) {
      JpegProbe.Difference difference = JpegProbe.of(model, CUDA, PICTURES.get(i));

      // repeated chroma would be 100 levels away at the stripes' edges
      assertThat(difference).as("%d", i).isEqualTo(new JpegProbe.Difference(true, 0, 0));
    }
  }

  @Test
  void aMixedBatchReachesItsSlots() {
    needsKernelAndLibjpeg();
    for (Precision precision : new Precision[] {Precision.FP32, Precision.FP16, Precision.BF16}) {
      for (boolean channelsLast : new boolean[] {false, true}) {
        double difference =
            CropProbe.batchDifference(model, CUDA, precision, channelsLast, true, PICTURES);
        // a level, and what 8 bits of a bfloat16's mantissa leave of it
        assertThat(difference).as("%s %s", precision, channelsLast).isLessThan(2.01);
      }
    }
  }

  @Test
  void aWarmCallCopiesOnceToTheCardWaitsOnceAndAllocatesNothing() {
    needsKernelAndLibjpeg();
    byte[] picture = PICTURES.get(0);
    List<HostCuda.Count> none = List.of(DEVICE_ALLOCATIONS, PINNED_ALLOCATIONS, PAGEABLE_COPIES);
    try (Recognizer recognizer = onCard().load()) {
      recognizer.recognize(picture);
      recognizer.recognize(picture);
      int launches = GRAPH_LAUNCHES.read();
      int waits = WAITS.read();
      int copies = COPIES.read();
      List<Integer> before = none.stream().map(HostCuda.Count::read).toList();
      for (int i = 0; i < 10; i++) {
        recognizer.recognize(picture);
      }

      assertThat(GRAPH_LAUNCHES.read() - launches).isEqualTo(10);
      assertThat(WAITS.read() - waits).isEqualTo(10);
      // downloads are in the graph
      assertThat(COPIES.read() - copies).isEqualTo(10);
      assertThat(none.stream().map(HostCuda.Count::read)).isEqualTo(before);
      assertThat(recognizer.remarks()).noneMatch(remark -> remark.contains("the CPU decodes"));
    }
  }

  @Test
  void whatNvJpegRefusesIsTheProcessorsAndTold() {
    needsKernelAndLibjpeg();
    try (Recognizer recognizer = onCard().load()) {
      assertThat(recognizer.recognize(PICTURES.get(5))).hasSize(3);
      assertThat(recognizer.recognize(PICTURES.get(5))).hasSize(3);

      assertThat(recognizer.remarks())
          .filteredOn(remark -> remark.startsWith("Decoder gpu"))
          .containsExactly(
              "Decoder gpu: nvJPEG refused a JPEG, damaged (3): the CPU decodes such.");
    }
  }

  @Test
  void whatIsNoPlainJpegIsTheProcessorsAndTold() {
    needsKernelAndLibjpeg();
    byte[] lettered = PICTURES.get(0).clone();
    for (int i = 0; i < lettered.length - 1; i++) {
      if (lettered[i] == (byte) 0xFF && lettered[i + 1] == (byte) 0xC0) {
        lettered[i + 1] = (byte) 0xC1;
      }
    }
    try (Recognizer recognizer = onCard().load()) {
      assertThat(recognizer.recognize(lettered)).hasSize(3);

      assertThat(recognizer.remarks())
          .anyMatch(remark -> remark.startsWith("Decoder gpu: some JPEGs are not plain"));
    }
  }

  @Test
  void damageIsRefusedAsWithoutTheCard() {
    needsKernelAndLibjpeg();
    byte[] whole = TestPictures.jpeg(640, 480);
    byte[] progressive = TestPictures.jpeg(640, 480, true, false);
    List<Picture> damaged =
        Stream.of(
                Arrays.copyOf(whole, whole.length / 2),
                Arrays.copyOf(progressive, progressive.length / 2),
                Arrays.copyOf(whole, 300),
                new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xD9})
            .map(Picture::of)
            .toList();
    try (Recognizer card = onCard().load();
        Recognizer processor = on(CUDA).load()) {
      List<Answer> expected = processor.answers(damaged);

      List<Answer> actual = card.answers(damaged);

      for (int i = 0; i < damaged.size(); i++) {
        PictureException cause = ((Answer.Refused) expected.get(i)).cause();
        assertThat(((Answer.Refused) actual.get(i)).cause())
            .hasMessage(cause.getMessage())
            .extracting(PictureException::reason)
            .isEqualTo(cause.reason());
      }
    }
  }

  /** Of 70 MiB the pixels take 40 and the kernel's scratch 20: nvJPEG's own 36 have no room. */
  @Test
  void tooLittleMemoryForNvJpegIsNoReasonNotToAnswer() {
    needsKernelAndLibjpeg();
    try (Recognizer recognizer = onCard().vramBudget(70 * MIB).load()) {
      assertThat(recognizer.recognize(TestPictures.jpeg(4000, 3000))).hasSize(3);

      assertThat(recognizer.remarks()).anyMatch(remark -> remark.contains("too little memory"));
    }
  }

  /** The whole picture takes 36 MB, what the crop reads of it less than 2. */
  @Test
  void tooLittleMemoryForThePixelsIsNoReasonNotToAnswer() {
    needsKernelAndLibjpeg();
    byte[] strip = TestPictures.jpeg(600, 20_000);
    try (Recognizer recognizer = onCard().vramBudget(30 * MIB).load()) {
      assertThat(recognizer.recognize(strip)).hasSize(3);

      assertThat(recognizer.remarks()).anyMatch(remark -> remark.contains("no room for a JPEG"));
    }
  }

  @Test
  void whatNvJpegTookIsGivenBack() {
    needsKernelAndLibjpeg();
    CudaMemory.emptyCache();
    long before = HostCuda.memory();
    for (int i = 0; i < 3; i++) {
      try (Recognizer recognizer = onCard().lanes(2).load()) {
        recognizer.recognize(PICTURES.get(3));
      }
    }
    assertThat(HostCuda.memory()).isEqualTo(before);
  }

  /** By what is written to the network's input: its answers mean nothing here. */
  @Test
  void lanesOfSeveralThreadsDoNotDisturbEachOther() throws Exception {
    needsKernelAndLibjpeg();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Callable<Double> calls =
          () -> {
            double largest = 0;
            for (int i = 0; i < 5; i++) {
              largest = Math.max(largest, difference(PICTURES));
            }
            return largest;
          };
      for (Future<Double> done : threads.invokeAll(Collections.nCopies(4, calls))) {
        assertThat(done.get()).isLessThan(1.01);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void picturesThatLieOnTheirSideAreTurned() {
    needsKernelAndLibjpeg();
    List<byte[]> turned = new ArrayList<>();
    for (int tag = 1; tag <= 8; tag++) {
      turned.add(exif(TestPictures.jpeg(333, 201), tag));
    }
    assertThat(difference(turned)).isLessThan(1.01);
    assertThat(JpegProbe.of(model, CUDA, turned.get(7)).onCard()).isTrue();
  }

  private static double difference(List<byte[]> pictures) {
    return CropProbe.batchDifference(model, CUDA, Precision.FP32, false, true, pictures);
  }

  /** With an EXIF segment that has the orientation alone. */
  private static byte[] exif(byte[] jpeg, int orientation) {
    return Decoding.concat(
        Arrays.copyOf(jpeg, 2),
        Decoding.bytes(0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0),
        Decoding.exif(ByteOrder.BIG_ENDIAN, orientation),
        Arrays.copyOfRange(jpeg, 2, jpeg.length));
  }

  @Test
  void theProcessorHasNoCardToDecodeOn() {
    assertThatThrownBy(() -> on(Device.CPU).decoder(JpegDecoder.GPU).load())
        .isInstanceOf(DeviceException.class)
        .hasMessage(
            "Decoder gpu needs device cuda, as pixels stay on the card, but the model runs on cpu; or use decoder cpu.");
  }

  @Test
  void withoutTheKernelItIsRefused() {
    assumeTrue(!NativeLibrary.isLoaded(), "skipped: the kernel is there");
    assertThatThrownBy(() -> onCard().load())
        .isInstanceOf(DeviceException.class)
        .hasMessageStartingWith("Decoder gpu needs the preprocessing kernel")
        .hasMessageEndingWith("or use decoder cpu.");
  }

  @Test
  void theDoctorNamesItsVersion() {
    assertThat(LibTorch.cudaFacts()).containsEntry("nvJPEG", "13.0.0");
  }
}
