package dev.wwts.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.wwts.ModelException;
import dev.wwts.ModelSlot;
import dev.wwts.PictureException;
import dev.wwts.Recognizer;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.visrec.ml.classification.ClassificationException;
import javax.visrec.ml.classification.ImageClassifier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.util.MimeTypeUtils;

/**
 * Of the model of texts that the service's tests have: pictures and words are their colours, and a
 * half.
 */
class AdaptersTest {
  private static final Path MODEL = Path.of("../wwts-server/src/test/resources/texts.pt");
  private static final Path DEFAULT = Path.of("../../models/default.pt");

  /** 1, 0, 0 and a half, of length 1. */
  private static final double MOST = 1 / Math.sqrt(1.25);

  private static final float ROUNDING = 1e-6f;

  @TempDir private static Path folder;

  @BeforeAll
  static void pictures() throws IOException {
    write("blue.png", Color.BLUE);
    write("green.png", Color.GREEN);
    write("red.png", Color.RED);
  }

  private static void write(String name, Color colour) throws IOException {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64; i++) {
      image.setRGB(i % 8, i / 8, colour.getRGB());
    }
    ImageIO.write(image, "png", folder.resolve(name).toFile());
  }

  @Test
  void storesInMemoryFindPicturesByWords() {
    List<Path> pictures =
        List.of(folder.resolve("blue.png"), folder.resolve("green.png"), folder.resolve("red.png"));
    try (Recognizer recognizer = Recognizer.load(MODEL)) {
      assertThat(PictureSearch.langChain4j(recognizer, pictures, "红").get(0))
          .isEqualTo("red.png 1.000");
      assertThat(PictureSearch.springAi(recognizer, pictures, "蓝").get(0))
          .isEqualTo("blue.png 1.000");
    }
  }

  @Test
  void langChain4jGetsTextsAndPictures() {
    try (Recognizer recognizer = Recognizer.load(MODEL)) {
      LangChain4jEmbeddings model = new LangChain4jEmbeddings(recognizer);
      assertThat(model.dimension()).isEqualTo(4);
      assertThat(model.embedAll(List.of(TextSegment.from("红"), TextSegment.from("x"))).content())
          .hasSize(2)
          .first()
          .satisfies(it -> assertThat((double) it.vector()[0]).isCloseTo(MOST, within(1e-6)));
      float[] picture = PictureSearch.embed(model, folder.resolve("red.png")).vector();
      assertThat(picture).containsExactly(model.embed("红").content().vector(), within(ROUNDING));
      for (String data : List.of("AAAA", "%")) {
        EmbeddingRequest bad =
            EmbeddingRequest.builder().input(ImageContent.from(data, "image/png")).build();
        assertThatThrownBy(() -> model.embed(bad)).isInstanceOf(PictureException.class);
      }
      EmbeddingRequest elsewhere =
          EmbeddingRequest.builder()
              .input(ImageContent.from(URI.create("http://127.0.0.1:1/a.png")))
              .build();
      assertThatThrownBy(() -> model.embed(elsewhere))
          .isInstanceOf(UnsupportedFeatureException.class);
      EmbeddingRequest both =
          EmbeddingRequest.builder()
              .input(TextContent.from("红"), ImageContent.from("AAAA", "image/png"))
              .build();
      assertThatThrownBy(() -> model.embed(both)).isInstanceOf(UnsupportedFeatureException.class);
    }
  }

  @Test
  void springAiGetsTextsAndPictures() throws IOException {
    byte[] red = Files.readAllBytes(folder.resolve("red.png"));
    Document media =
        Document.builder()
            .media(Media.builder().mimeType(MimeTypeUtils.IMAGE_PNG).data(red).build())
            .build();
    try (ModelSlot slot = ModelSlot.open(MODEL)) {
      SpringAiEmbeddings model = SpringAiEmbeddings.of(slot);
      assertThat(model.dimensions()).isEqualTo(4);
      float[] word = model.embed("红");
      assertThat(model.embed(media)).containsExactly(word, within(ROUNDING));
      assertThat(model.embed(SpringAiEmbeddings.picture(folder.resolve("red.png"))))
          .containsExactly(word, within(ROUNDING));
      assertThat(model.embed(new Document("红"))).containsExactly(word);
      assertThat(model.embedForResponse(List.of("蓝", "红")).getResults())
          .hasSize(2)
          .last()
          .satisfies(it -> assertThat(it.getOutput()).containsExactly(word));
    }
  }

  @Test
  void aModelThatKnowsNoTextsSaysSo() {
    try (Recognizer recognizer = Recognizer.load(DEFAULT)) {
      assertThatThrownBy(() -> new LangChain4jEmbeddings(recognizer).embed("红"))
          .isInstanceOf(UnsupportedFeatureException.class);
      assertThatThrownBy(() -> SpringAiEmbeddings.of(recognizer).embed("红"))
          .isInstanceOf(ModelException.class);
    }
  }

  @Test
  void jsr381GetsLabelsBestFirst() throws Exception {
    Path picture = Path.of("../../models/samples/alarm-clock.png");
    try (Recognizer recognizer = Recognizer.load(DEFAULT)) {
      ImageClassifier<BufferedImage> classifier = new VisRecClassifier(recognizer);
      Map<String, Float> labels = classifier.classify(picture);
      assertThat(labels)
          .hasSize(5)
          .extractingByKey("闹钟")
          .isEqualTo(labels.values().iterator().next());
      try (InputStream in = Files.newInputStream(picture)) {
        assertThat(classifier.classify(in)).isEqualTo(labels);
      }
      assertThat(classifier.classify(ImageIO.read(picture.toFile())).keySet().iterator().next())
          .isEqualTo("闹钟");
      assertThatThrownBy(() -> classifier.classify(Path.of("nothing.png")))
          .isInstanceOf(ClassificationException.class)
          .hasMessageContaining("nothing.png");
    }
  }
}
