package dev.wwts.benchmarks.peers;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.transform.CenterCrop;
import ai.djl.modality.cv.transform.Normalize;
import ai.djl.modality.cv.transform.Resize;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.modality.cv.translator.ImageClassificationTranslator;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import dev.wwts.bundle.Bundle;
import dev.wwts.bundle.Geometry;
import dev.wwts.bundle.Recipe;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * DJL's PyTorch engine with its ImageClassificationTranslator: resize, centre crop, to tensor,
 * normalise, softmax. As DJL's inference performance page says: the threads asked for, one interop
 * thread, graph optimizer on (its default), pictures by the OpenCV extension.
 */
final class DjlPeer implements Peer {
  private final ZooModel<Image, Classifications> model;
  private final Predictor<Image, Classifications> predictor;

  DjlPeer(Path file, int threads) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("PYTORCH_VERSION", System.getProperty("PYTORCH_VERSION", "2.7.1"));
    System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    Bundle bundle = Bundle.read(file);
    Recipe recipe = bundle.manifest().input();
    float[] mean = {recipe.mean().get(0), recipe.mean().get(1), recipe.mean().get(2)};
    float[] std = {recipe.std().get(0), recipe.std().get(1), recipe.std().get(2)};
    List<String> classes =
        IntStream.range(0, bundle.labels().size()).mapToObj(String::valueOf).toList();
    ImageClassificationTranslator translator =
        ImageClassificationTranslator.builder()
            .addTransform(
                array -> {
                  long height = array.getShape().get(0);
                  long width = array.getShape().get(1);
                  Geometry g = recipe.geometry((int) width, (int) height);
                  return new Resize((int) g.resizedWidth(), (int) g.resizedHeight()).transform(array);
                })
            .addTransform(new CenterCrop(recipe.width(), recipe.height()))
            .addTransform(new ToTensor())
            .addTransform(new Normalize(mean, std))
            .optSynset(classes)
            .optApplySoftmax(true)
            .optTopK(5)
            .build();
    try {
      this.model =
          Criteria.builder()
              .setTypes(Image.class, Classifications.class)
              .optEngine("PyTorch")
              .optDevice(Device.cpu())
              .optModelPath(file.toAbsolutePath().getParent())
              .optModelName(file.getFileName().toString().replaceAll("\\.pt$", ""))
              .optTranslator(translator)
              .build()
              .loadModel();
    } catch (IOException | ModelNotFoundException | MalformedModelException e) {
      throw new IllegalStateException(e);
    }
    this.predictor = model.newPredictor();
  }

  @Override
  public int[] recognize(byte[] picture) {
    try {
      Image image = ImageFactory.getInstance().fromInputStream(new ByteArrayInputStream(picture));
      Classifications result = predictor.predict(image);
      return result.topK(5).stream()
          .mapToInt(each -> Integer.parseInt(((Classifications.Classification) each).getClassName()))
          .toArray();
    } catch (IOException | TranslateException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    predictor.close();
    model.close();
  }
}
