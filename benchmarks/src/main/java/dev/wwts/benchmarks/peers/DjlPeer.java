package dev.wwts.benchmarks.peers;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;
import dev.wwts.internal.model.Bundle;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * DJL's PyTorch engine with a translator of one's own. As DJL's inference performance page says:
 * the threads asked for, one interop thread, graph optimizer on (its default). Pictures come
 * through {@link Crop}: DJL's default image factory is the JDK's ImageIO, which is slower, and its
 * OpenCV extension can't share a class path with the OpenCV presets.
 */
final class DjlPeer implements Peer {
  private final Path file;
  private final int threads;
  private final List<String> classes;
  private final Crop crop;
  private final ZooModel<byte[], Classifications> model;
  private final boolean ownsModel;
  private final Predictor<byte[], Classifications> predictor;

  DjlPeer(Path file, int threads) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("PYTORCH_VERSION", System.getProperty("PYTORCH_VERSION", "2.7.1"));
    System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    Bundle bundle = Bundle.describe(file);
    this.file = file;
    this.threads = threads;
    this.ownsModel = true;
    this.classes = IntStream.range(0, bundle.labels().size()).mapToObj(String::valueOf).toList();
    this.crop = new Crop(file, threads);
    try {
      this.model =
          Criteria.builder()
              .setTypes(byte[].class, Classifications.class)
              .optEngine("PyTorch")
              .optDevice(Device.cpu())
              .optModelPath(file.toAbsolutePath().getParent())
              .optModelName(file.getFileName().toString().replaceAll("\\.pt$", ""))
              .optTranslator(new BytesToClasses(crop, classes))
              .build()
              .loadModel();
    } catch (IOException | ModelNotFoundException | MalformedModelException e) {
      throw new IllegalStateException(e);
    }
    this.predictor = model.newPredictor();
  }

  private DjlPeer(DjlPeer first) {
    this.file = first.file;
    this.threads = first.threads;
    this.classes = first.classes;
    this.model = first.model;
    this.ownsModel = false;
    this.crop = new Crop(file, threads);
    this.predictor = model.newPredictor(new BytesToClasses(crop, classes));
  }

  /** One model, a predictor a thread, as its page on inference performance says. */
  @Override
  public Peer another() {
    return new DjlPeer(this);
  }

  @Override
  public int[] recognize(byte[] picture) {
    try {
      Classifications result = predictor.predict(picture);
      return result.topK(5).stream()
          .mapToInt(each -> Integer.parseInt(each.getClassName()))
          .toArray();
    } catch (TranslateException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    predictor.close();
    if (ownsModel) {
      model.close();
    }
    crop.close();
  }

  private static final class BytesToClasses
      implements NoBatchifyTranslator<byte[], Classifications> {
    private final Crop crop;
    private final List<String> classes;
    private final FloatBuffer input;

    BytesToClasses(Crop crop, List<String> classes) {
      this.crop = crop;
      this.classes = classes;
      this.input = crop.newBuffer();
    }

    @Override
    public NDList processInput(TranslatorContext context, byte[] picture) {
      crop.write(picture, input);
      return new NDList(context.getNDManager().create(input, new Shape(crop.shape())));
    }

    @Override
    public Classifications processOutput(TranslatorContext context, NDList list) {
      NDArray logits = list.singletonOrThrow().get(0);
      return new Classifications(classes, logits.softmax(0), 5);
    }
  }
}
