package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What people read leads somewhere, and is the same in both languages. */
class ReadmeTest {
  private static final Path ENGLISH = Path.of("README.md");
  private static final Path CHINESE = Path.of("README.zh-CN.md");
  private static final Pattern BLOCK =
      Pattern.compile("^```.*?^```", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern SECTION = Pattern.compile("^(?=#{1,3} )", Pattern.MULTILINE);
  private static final Pattern CODE = Pattern.compile("`[^`]+`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

  /** Comments in code are in the reader's language. */
  private static final Pattern COMMENT = Pattern.compile("\\s+(//|#) .*");

  static Stream<Path> texts() {
    return Stream.of(
            "",
            "docs",
            "models",
            "models/labels",
            "models/samples",
            "server",
            "benchmarks",
            "native")
        .flatMap(folder -> in(Path.of(folder)))
        .filter(file -> file.toString().endsWith(".md"));
  }

  @Test
  void showsTheSameCommandsAndOutput() throws IOException {
    assertThat(blocks(CHINESE)).isEqualTo(blocks(ENGLISH));
  }

  @Test
  void namesTheSameInEverySection() throws IOException {
    List<String> english = sections(ENGLISH);
    List<String> chinese = sections(CHINESE);

    assertThat(chinese).hasSameSizeAs(english);
    for (int i = 0; i < english.size(); i++) {
      assertThat(all(CODE, chinese.get(i)))
          .as(english.get(i).lines().findFirst().orElse(""))
          .containsExactlyInAnyOrderElementsOf(all(CODE, english.get(i)));
      assertThat(linksElsewhere(chinese.get(i)))
          .containsExactlyInAnyOrderElementsOf(linksElsewhere(english.get(i)));
    }
  }

  @Test
  void listsTheCommands() throws IOException {
    StringWriter help = new StringWriter();
    Wwts.run(new PrintWriter(help), new PrintWriter(new StringWriter()), "--help");
    String commands = help.toString().split("\\R\\R", 2)[0].replaceAll(" +(?=\\R)", "");

    assertThat(Files.readString(ENGLISH)).contains("```\n" + commands + "\n```");
  }

  @ParameterizedTest
  @MethodSource("texts")
  void linksLeadSomewhere(Path text) throws IOException {
    for (String link : all(LINK, Files.readString(text))) {
      if (link.startsWith("http")) {
        continue;
      }
      String[] parts = link.split("#", 2);
      Path target = parts[0].isEmpty() ? text : text.resolveSibling(parts[0]).normalize();
      assertThat(target).exists();
      if (parts.length == 2) {
        assertThat(anchors(target)).as("%s: %s", text, link).contains(parts[1]);
      }
    }
  }

  private static Stream<Path> in(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList().stream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> blocks(Path text) throws IOException {
    return all(BLOCK, Files.readString(text)).stream()
        .map(block -> COMMENT.matcher(block).replaceAll(""))
        .toList();
  }

  private static List<String> sections(Path text) throws IOException {
    return List.of(SECTION.split(BLOCK.matcher(Files.readString(text)).replaceAll("")));
  }

  /** Not to a place in the text itself, or the other language's. */
  private static List<String> linksElsewhere(String text) {
    return all(LINK, text).stream()
        .filter(link -> !link.startsWith("#") && !link.startsWith("README"))
        .toList();
  }

  /** As the usual renderers make them of headings. */
  private static List<String> anchors(Path text) throws IOException {
    return all(HEADING, Files.readString(text)).stream()
        .map(it -> it.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", ""))
        .map(it -> it.replace(' ', '-'))
        .toList();
  }

  /** What a pattern finds: its first group, if it has one. */
  private static List<String> all(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map((MatchResult it) -> it.group(Math.min(1, it.groupCount())))
        .toList();
  }
}
