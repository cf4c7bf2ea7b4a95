package dev.wwts.benchmarks.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * ONNX Runtime's Java interface on X.onnx beside X.pt, as its performance guide says: all graph
 * optimisations, sequential execution, the intra-op threads asked for, one direct buffer and one
 * tensor used again. Opset 17, where LayerNormalization is one operator.
 */
final class OnnxRuntimePeer implements Peer {
  private static final int LONGEST = 4096;

  private final OrtSession session;
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final Crop crop;
  private final FloatBuffer input;
  private final OnnxTensor tensor;

  OnnxRuntimePeer(Path model, int threads) {
    // its native start-up code ends the process with SIGSEGV; seen at 7 KB, not at 4 KB
    if (ProcessHandle.current().info().commandLine().orElse("").length() > LONGEST) {
      throw new IllegalStateException(
          "ONNX Runtime 1.29 crashes in processes whose command line is long: add -Djmh.separateClasspathJAR=true, or run mvn jmh.");
    }
    this.crop = new Crop(model, threads);
    long[] shape = crop.shape();
    this.input = crop.newBuffer();
    try {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      this.session =
          environment.createSession(model.toString().replaceAll("\\.pt$", ".onnx"), options);
      this.tensor = OnnxTensor.createTensor(environment, input, shape);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int[] recognize(byte[] picture) {
    crop.write(picture, input);
    return forward();
  }

  /** The five best of what is in the input buffer. */
  int[] forward() {
    String name = session.getInputNames().iterator().next();
    try (OrtSession.Result result = session.run(Map.of(name, tensor))) {
      return Crop.best(((float[][]) result.get(0).getValue())[0]);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      tensor.close();
      session.close();
      options.close();
      crop.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
