package dev.wwts.adapters;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.wwts.Recognizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.SimpleVectorStore;

/**
 * Finds a folder's pictures by words, in LangChain4j's store in memory and in Spring AI's. The
 * arguments: a model that knows texts, the folder, the words.
 */
public final class PictureSearch {
  private static final int MOST = 3;

  private PictureSearch() {}

  /** Prints what both find, best first. */
  public static void main(String[] args) throws IOException {
    try (Recognizer recognizer = Recognizer.load(Path.of(args[0]));
        Stream<Path> files = Files.list(Path.of(args[1]))) {
      List<Path> pictures = files.sorted().toList();
      System.out.println("LangChain4j: " + langChain4j(recognizer, pictures, args[2]));
      System.out.println("Spring AI: " + springAi(recognizer, pictures, args[2]));
    }
  }

  static List<String> langChain4j(Recognizer recognizer, List<Path> pictures, String words) {
    LangChain4jEmbeddings model = new LangChain4jEmbeddings(recognizer);
    InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
    for (Path picture : pictures) {
      store.add(embed(model, picture), TextSegment.from(picture.getFileName().toString()));
    }
    return store
        .search(
            EmbeddingSearchRequest.builder()
                .queryEmbedding(model.embed(words).content())
                .maxResults(MOST)
                .build())
        .matches()
        .stream()
        // LangChain4j's score is (1 + cosine) / 2
        .map(it -> told(it.embedded().text(), 2 * it.score() - 1))
        .toList();
  }

  static Embedding embed(EmbeddingModel model, Path picture) {
    return model
        .embed(EmbeddingRequest.builder().input(ImageContent.from(picture, "image/png")).build())
        .embeddings()
        .get(0);
  }

  static List<String> springAi(Recognizer recognizer, List<Path> pictures, String words) {
    SimpleVectorStore store = SimpleVectorStore.builder(SpringAiEmbeddings.of(recognizer)).build();
    store.add(pictures.stream().map(SpringAiEmbeddings::picture).toList());
    return store.similaritySearch(SearchRequest.builder().query(words).topK(MOST).build()).stream()
        .map(
            it -> told(Objects.requireNonNull(it.getText()), Objects.requireNonNull(it.getScore())))
        .toList();
  }

  private static String told(String name, double cosine) {
    return String.format(Locale.ROOT, "%s %.3f", name, cosine);
  }
}
