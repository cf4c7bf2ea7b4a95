package dev.wwts.adapters;

import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import javax.visrec.ml.classification.ClassificationException;
import javax.visrec.ml.classification.ImageClassifier;

/**
 * A model as JSR 381's image classifier: labels with their confidences, best first; none where the
 * picture is not recognised. A picture that can't be read is a {@link ClassificationException}.
 */
public final class VisRecClassifier implements ImageClassifier<BufferedImage> {
  private final Recognizer recognizer;

  /** Of a recognizer, which stays its owner's to close. */
  public VisRecClassifier(Recognizer recognizer) {
    this.recognizer = recognizer;
  }

  /** Of what its file holds, which is not always what ImageIO makes of it: better ask with that. */
  @Override
  public Map<String, Float> classify(BufferedImage image) throws ClassificationException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new ClassificationException("The image can't be written in memory.", e);
    }
    return classify(() -> recognizer.recognize(png.toByteArray()));
  }

  @Override
  public Map<String, Float> classify(Path file) throws ClassificationException {
    return classify(() -> recognizer.answer(Picture.of(file)).results());
  }

  @Override
  public Map<String, Float> classify(InputStream picture) throws ClassificationException {
    return classify(() -> recognizer.recognize(picture));
  }

  private static Map<String, Float> classify(Supplier<List<Recognition>> call)
      throws ClassificationException {
    try {
      Map<String, Float> labels = new LinkedHashMap<>();
      call.get().forEach(it -> labels.putIfAbsent(it.label(), (float) it.confidence()));
      return labels;
    } catch (PictureException e) {
      throw new ClassificationException(String.valueOf(e.getMessage()), e);
    }
  }
}
