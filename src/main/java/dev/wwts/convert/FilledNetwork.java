package dev.wwts.convert;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.LoadThread;
import dev.wwts.internal.torch.NativeErrors;
import dev.wwts.internal.torch.NativeScope;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a filled network answers to the pictures of a self-test, with LibTorch, as it is. */
final class FilledNetwork {
  static final String REFERENCE = "wwts, LibTorch 2.13.0";
  private static final String PICTURE = "/dev/wwts/pull/catalogue/%d.png";
  private static final int PICTURES = 4;

  private final Path weights;
  private final Recipe recipe;

  FilledNetwork(Path weights, Recipe recipe) {
    this.weights = weights;
    this.recipe = recipe;
  }

  /**
   * Runs the network of a file.
   *
   * @param classes how many logits it gives
   * @throws ModelException if LibTorch can't, or its answers are not finite
   */
  ReferenceRun run(Path file, int classes) {
    LibTorch.load();
    try {
      return LoadThread.call(() -> inOrder(file, classes));
    } catch (ModelException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new ModelException(
          Reason.LOAD_FAILED,
          weights + " can't be run with LibTorch: " + NativeErrors.firstWords(e) + ".",
          e);
    }
  }

  private ReferenceRun inOrder(Path file, int classes) {
    JitModule module = torch.load(new BytePointer(ModelWriter.name(file)));
    module.eval();
    ReferenceRun run =
        ReferenceRun.inOrder(
            pixels -> NativeScope.inference(() -> row(module, pixels)),
            classes,
            recipe,
            pictures());
    if (!run.isFinite()) {
      throw new ModelException(
          Reason.BAD_OUTPUT,
          weights + ": its answers to the self-test are not finite: fetch it again.");
    }
    return run;
  }

  private float[] row(JitModule module, float[] pixels) {
    Tensor rows = torch.tensor(pixels).view(1, recipe.height(), recipe.width(), 3);
    Tensor planes = rows.permute(0, 3, 1, 2).contiguous();
    Tensor answer = module.forward(new IValueVector(new IValue(planes))).toTensor().contiguous();
    float[] row = new float[Math.toIntExact(answer.numel())];
    answer.data_ptr_float().get(row);
    return row;
  }

  static List<byte[]> pictures() {
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      String name = PICTURE.formatted(i);
      try (InputStream in = FilledNetwork.class.getResourceAsStream(name)) {
        if (in == null) {
          throw new FileNotFoundException(name);
        }
        pictures.add(in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException("The self-test's pictures can't be read", e);
      }
    }
    return pictures;
  }

  /** As transformers' DINOv2 resizes its positions. */
  static float[] bicubic(float[] grid, int before, int after, int width) {
    LibTorch.load();
    return LoadThread.call(
        () -> {
          Tensor cells = torch.tensor(grid).view(1, before, before, width).permute(0, 3, 1, 2);
          Tensor resized = torch.upsample_bicubic2d(cells, new long[] {after, after}, false);
          Tensor rows = resized.permute(0, 2, 3, 1).contiguous();
          float[] numbers = new float[after * after * width];
          rows.data_ptr_float().get(numbers);
          return numbers;
        });
  }
}
