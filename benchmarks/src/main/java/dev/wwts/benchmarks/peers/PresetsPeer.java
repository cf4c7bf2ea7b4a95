package dev.wwts.benchmarks.peers;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The raw presets as a newcomer writes them from JavaCPP's README: load, eval, from_blob, forward,
 * topk, with a PointerScope so that memory does not run out. OpenBLAS keeps its own threads.
 */
final class PresetsPeer implements Peer {
  private final JitModule module;
  private final Crop crop;
  private final FloatBuffer input;
  private final FloatPointer address;

  PresetsPeer(Path model, int threads) {
    this.crop = new Crop(model, threads);
    torch.set_num_threads(threads);
    this.module = torch.load(model.toString());
    module.eval();
    this.input = crop.newBuffer();
    this.address = new FloatPointer(input);
  }

  @Override
  @SuppressWarnings("try") // closing is their only use
  public int[] recognize(byte[] picture) {
    crop.write(picture, input);
    try (PointerScope scope = new PointerScope();
        InferenceMode guard = new InferenceMode(true)) {
      Tensor x = torch.from_blob(address, crop.shape());
      Tensor logits = module.forward(new IValueVector(new IValue(x))).toTensor();
      Tensor classes = torch.topk(torch.softmax(logits, -1), 5).get1();
      long[] indices = new long[5];
      classes.data_ptr_long().get(indices);
      int[] best = new int[5];
      for (int i = 0; i < best.length; i++) {
        best[i] = (int) indices[i];
      }
      return best;
    }
  }

  @Override
  public void close() {
    module.close();
    address.close();
    crop.close();
  }
}
