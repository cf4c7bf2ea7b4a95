package dev.wwts.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.cuda.global.cudart.cudaFree;
import static org.bytedeco.cuda.global.cudart.cudaMalloc;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipes;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.pixels.Orientation;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.torch.LibTorch;
import java.nio.ByteBuffer;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What reaches the card of a picture, on native/test/hostcuda: the crop from it, and that of a
 * whole picture that lies on the card, is bit for bit the one from the whole picture in the host's
 * memory. Skipped where there is no CUDA.
 */
class HostCudaUploadTest {
  private static final int SIDE = 24;
  private static final long CROP = 3L * SIDE * SIDE;
  private static final int[][] SIZES = {
    {24, 24}, {25, 24}, {333, 77}, {77, 333}, {4000, 30}, {30, 4000}, {640, 480}, {1920, 1080}
  };

  @BeforeAll
  static void cudaAndTheKernelAreHere() {
    assumeTrue(
        !LibTorch.cudaFacts().getOrDefault("card 0", "").isEmpty() && NativeLibrary.isLoaded(),
        "skipped: no CUDA and kernel here (.ci/gpu has hostcuda)");
    CudaRuntime.load();
    CudaRuntime.use(0);
  }

  @Test
  void theCropIsThatOfTheWholePicture() {
    for (Interpolation interpolation : Interpolation.values()) {
      for (int[] size : SIZES) {
        for (Orientation turned : Orientation.values()) {
          crops(recipe(interpolation), size[0], size[1], turned);
        }
      }
    }
  }

  private static void crops(Recipe recipe, int width, int height, Orientation turned) {
    byte[] values = new byte[3 * width * height];
    new Random(width * 31L + height).nextBytes(values);
    try (PreprocessPlan plan = new PreprocessPlan(recipe, false, PreprocessPlan.Output.BYTES);
        PinnedBuffer picture = new PinnedBuffer(1);
        PinnedBuffer table = new PinnedBuffer(1);
        PinnedBuffer scratch = new PinnedBuffer(1);
        PinnedBuffer crops = new PinnedBuffer(1);
        CudaStream stream = new CudaStream(0)) {
      Pixels pixels = new Pixels(picture.reserve(values.length), width, height, turned);
      view(pixels.address(), values.length).put(values);
      plan.describe(pixels);
      plan.fillTable(table.reserve(plan.tableBytes()));
      long own = scratch.reserve(plan.scratchBytes());
      long crop = crops.reserve(3 * CROP);
      plan.runOnHost(pixels.address(), table.reserve(1), own, crop, 0);

      Pointer card = new Pointer();
      CudaErrors.check(cudaMalloc(card, plan.sourceBytes()), "cudaMalloc");
      plan.upload(pixels, card.address(), stream);
      plan.launch(card.address(), table.reserve(1), own, crop, 1, stream);
      Pointer whole = new Pointer();
      CudaErrors.check(cudaMalloc(whole, values.length), "cudaMalloc");
      stream.upload(whole.address(), pixels.address(), values.length);
      Pixels onCard = new Pixels(whole.address(), width, height, turned, true);
      plan.launch(onCard, table.reserve(1), own, crop, 2, stream);
      stream.await();
      cudaFree(card);
      cudaFree(whole);

      for (int way = 1; way < 3; way++) {
        assertThat(view(crop + way * CROP, CROP))
            .as("%s of %d x %d, %s", recipe.interpolation(), width, height, turned)
            .isEqualTo(view(crop, CROP));
      }
    }
  }

  private static ByteBuffer view(long address, long bytes) {
    return new BytePointer(new MovingPointer().at(address)).capacity(bytes).asByteBuffer();
  }

  private static Recipe recipe(Interpolation interpolation) {
    return Recipes.square(SIDE, SIDE, interpolation);
  }
}
