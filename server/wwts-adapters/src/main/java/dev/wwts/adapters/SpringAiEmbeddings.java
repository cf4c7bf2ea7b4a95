package dev.wwts.adapters;

import dev.wwts.ModelSlot;
import dev.wwts.Picture;
import dev.wwts.Recognizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.BatchingStrategy;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;

/**
 * A model as Spring AI's embedding model: documents are texts, or pictures as their media, or those
 * that {@link #picture} makes, which its stores take. All are of length 1 and lie in one space, so
 * that a store of pictures is searched by words.
 */
public final class SpringAiEmbeddings implements EmbeddingModel {
  private static final String FILE = "wwts.picture";

  private final Asking model;

  /** Asks the model that is there. */
  private interface Asking {
    <T> T ask(Function<Recognizer, T> question);
  }

  private SpringAiEmbeddings(Asking model) {
    this.model = model;
  }

  /** Of a recognizer, which stays its owner's to close. */
  public static SpringAiEmbeddings of(Recognizer recognizer) {
    return new SpringAiEmbeddings(
        new Asking() {
          @Override
          public <T> T ask(Function<Recognizer, T> question) {
            return question.apply(recognizer);
          }
        });
  }

  /** Of a slot; what two of its models gave must not lie in one store. */
  public static SpringAiEmbeddings of(ModelSlot slot) {
    return new SpringAiEmbeddings(
        new Asking() {
          @Override
          public <T> T ask(Function<Recognizer, T> question) {
            return slot.with((recognizer, version) -> question.apply(recognizer));
          }
        });
  }

  /**
   * A picture as a document: Spring AI's stores refuse media, so that its text is the file's name,
   * and its metadata say where the picture lies, which is read when it is embedded. Let documents
   * of others not say that.
   */
  public static Document picture(Path file) {
    return Document.builder()
        .text(String.valueOf(file.getFileName()))
        .metadata(FILE, file.toString())
        .build();
  }

  @Override
  public EmbeddingResponse call(EmbeddingRequest request) {
    List<String> texts = request.getInstructions();
    return model.ask(
        recognizer -> {
          List<Embedding> all = new ArrayList<>(texts.size());
          for (String text : texts) {
            all.add(new Embedding(recognizer.embed(text), all.size()));
          }
          return new EmbeddingResponse(all);
        });
  }

  @Override
  public float[] embed(Document document) {
    return model.ask(recognizer -> embed(recognizer, document));
  }

  /** Pictures too, which have no text that could be put into a request. */
  @Override
  public List<float[]> embed(
      List<Document> documents, @Nullable EmbeddingOptions options, BatchingStrategy batches) {
    return model.ask(recognizer -> documents.stream().map(it -> embed(recognizer, it)).toList());
  }

  private static float[] embed(Recognizer recognizer, Document document) {
    if (document.getMetadata().get(FILE) instanceof String file) {
      return recognizer.embed(Picture.of(Path.of(file)));
    }
    return document.isText()
        ? recognizer.embed(Objects.requireNonNull(document.getText()))
        : recognizer.embed(
            Picture.of(Objects.requireNonNull(document.getMedia()).getDataAsByteArray()));
  }

  @Override
  public int dimensions() {
    return model.ask(recognizer -> recognizer.model().embedding());
  }
}
