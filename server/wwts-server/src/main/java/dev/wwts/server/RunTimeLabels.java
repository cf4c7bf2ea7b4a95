package dev.wwts.server;

import dev.wwts.Labels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Labels that requests name: those of the last requests are kept, as the embeddings of their texts
 * are kept with them.
 */
@Component
final class RunTimeLabels {
  private static final int KEPT = 32;

  /** Labels times templates: a short request could ask for a hundred thousand. */
  private static final int MOST_TEXTS = 1000;

  private final Map<Key, Labels> kept =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Labels> eldest) {
          return size() > KEPT;
        }
      };

  private record Key(List<String> names, List<String> templates) {}

  /**
   * Labels of a request.
   *
   * @param templates texts in which {@code {}} is the label; the library's if there are none
   */
  Labels of(List<String> names, List<String> templates) {
    long texts = (long) names.size() * Math.max(1, templates.size());
    if (texts > MOST_TEXTS) {
      throw Problems.of(
          HttpStatus.BAD_REQUEST,
          "bad_labels",
          "Labels times templates are at most %,d texts, not %,d.".formatted(MOST_TEXTS, texts));
    }
    try {
      synchronized (kept) {
        return kept.computeIfAbsent(
            new Key(List.copyOf(names), List.copyOf(templates)),
            key -> Labels.of(names, templates.toArray(String[]::new)));
      }
    } catch (IllegalArgumentException e) {
      throw Problems.of(HttpStatus.BAD_REQUEST, "bad_labels", String.valueOf(e.getMessage()));
    }
  }
}
