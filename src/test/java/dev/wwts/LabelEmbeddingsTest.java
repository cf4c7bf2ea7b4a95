package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is kept of labels' texts. */
class LabelEmbeddingsTest {
  private final Object recognizer = new Object();
  private final LabelEmbeddings embeddings = new LabelEmbeddings();
  private final List<String> asked = new ArrayList<>();
  private int calls;
  private int refused = -1;

  private List<float[]> embed(List<String> texts) {
    if (calls++ == refused) {
      throw new OverloadedException("The recognizer is busy.");
    }
    asked.addAll(texts);
    return texts.stream().map(it -> new float[] {it.length(), 1}).toList();
  }

  @Test
  void whatWasEmbeddedBeforeARefusalIsNotAskedForAgain() {
    List<String> names = IntStream.range(0, 1000).mapToObj(it -> "label " + it).toList();
    List<String> templates = List.of("{} a", "{} bc", "{}");
    refused = 2;
    assertThatThrownBy(() -> embeddings.all(recognizer, names, templates, this::embed))
        .isInstanceOf(OverloadedException.class);
    assertThat(asked).isNotEmpty();

    List<float[]> rows = embeddings.all(recognizer, names, templates, this::embed);

    assertThat(rows).hasSize(names.size()).doesNotContainNull();
    assertThat(asked).hasSize(names.size() * templates.size()).doesNotHaveDuplicates();
    embeddings.all(recognizer, names, templates, this::embed);
    assertThat(asked).hasSize(names.size() * templates.size());
  }
}
