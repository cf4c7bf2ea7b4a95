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
 * optimisations, sequential execution, the intra-op threads asked for, one session for all threads,
 * one direct buffer and one tensor of each used again. Opset 17, where LayerNormalization is one
 * operator.
 */
public final class OnnxRuntimePeer implements Peer {
  private static final int LONGEST = 4096;

  private final Path model;
  private final int threads;
  private final OrtSession session;
  private final boolean ownsSession;
  private final Crop crop;
  private final FloatBuffer input;
  private final OnnxTensor tensor;

  /** Reads the .onnx file beside a .pt one. */
  public OnnxRuntimePeer(Path model, int threads) {
    this(model, threads, session(model, threads), true);
  }

  private OnnxRuntimePeer(Path model, int threads, OrtSession session, boolean ownsSession) {
    this.model = model;
    this.threads = threads;
    this.session = session;
    this.ownsSession = ownsSession;
    this.crop = new Crop(model, threads);
    this.input = crop.newBuffer();
    try {
      this.tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), input, crop.shape());
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static OrtSession session(Path model, int threads) {
    // its native start-up code ends the process with SIGSEGV; seen at 7 KB, not at 4 KB
    if (ProcessHandle.current().info().commandLine().orElse("").length() > LONGEST) {
      throw new IllegalStateException(
          "ONNX Runtime 1.29 crashes in processes whose command line is long: add"
              + " -Djmh.separateClasspathJAR=true, or run mvn jmh.");
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      return environment.createSession(model.toString().replaceAll("\\.pt$", ".onnx"), options);
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
  public int[] forward() {
    String name = session.getInputNames().iterator().next();
    try (OrtSession.Result result = session.run(Map.of(name, tensor))) {
      return Crop.best(((float[][]) result.get(0).getValue())[0]);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Peer another() {
    return new OnnxRuntimePeer(model, threads, session, false);
  }

  @Override
  public void close() {
    try {
      tensor.close();
      if (ownsSession) {
        session.close();
      }
      crop.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
