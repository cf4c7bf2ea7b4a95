package dev.wwts.adapters;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.Recognizer;
import java.util.Base64;
import java.util.Set;

/**
 * A model as LangChain4j's embedding model, of texts and of images. All embeddings are of length 1
 * and lie in one space, so that a store of pictures is searched by words. What the recognizer
 * throws passes as it is.
 */
public final class LangChain4jEmbeddings implements EmbeddingModel {
  private final Recognizer recognizer;

  /** Of a recognizer, which stays its owner's to close. */
  public LangChain4jEmbeddings(Recognizer recognizer) {
    this.recognizer = recognizer;
  }

  /** A text or an image each; an image brings its bytes, as nothing is fetched from an address. */
  @Override
  public EmbeddingResponse doEmbed(EmbeddingRequest request) {
    return EmbeddingResponse.builder()
        .embeddings(request.inputs().stream().map(this::embedding).toList())
        .modelName(modelName())
        .build();
  }

  private Embedding embedding(EmbeddingInput input) {
    if (input.contents().size() != 1) {
      throw new UnsupportedFeatureException("One text or image is embedded, not several together.");
    }
    Content content = input.contents().get(0);
    if (content instanceof TextContent text) {
      return Embedding.from(recognizer.embed(text.text()));
    }
    if (content instanceof ImageContent image) {
      return Embedding.from(recognizer.embed(picture(image.image())));
    }
    throw new UnsupportedFeatureException("Texts and images are embedded, not " + content.type());
  }

  private static Picture picture(Image image) {
    if (image.base64Data() == null) {
      throw new UnsupportedFeatureException(
          "An image brings its bytes: ImageContent.from(file, type); nothing is fetched.");
    }
    try {
      return Picture.of(Base64.getDecoder().decode(image.base64Data()));
    } catch (IllegalArgumentException e) {
      throw new PictureException(
          Reason.CORRUPT, "The image's data are no base64: encode its bytes without lines.", e);
    }
  }

  @Override
  public Set<ContentType> supportedContentTypes() {
    return recognizer.model().texts()
        ? Set.of(ContentType.TEXT, ContentType.IMAGE)
        : Set.of(ContentType.IMAGE);
  }

  @Override
  public int dimension() {
    return recognizer.model().embedding();
  }

  @Override
  public String modelName() {
    return recognizer.model().name();
  }
}
