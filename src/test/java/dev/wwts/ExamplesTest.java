package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Javadoc of the API and the READMEs show as code compiles as it stands. */
class ExamplesTest {
  private static final Pattern JAVADOC =
      Pattern.compile("<pre>\\{@code\\R(.*?)\\}</pre>", Pattern.DOTALL);
  private static final Pattern MARKDOWN =
      Pattern.compile("^```java\\R(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);

  /** What examples take from their surroundings; some make their own of that name. */
  private static final String GIVEN =
      """
      import dev.wwts.*;
      import java.nio.file.*;
      import java.time.*;
      import java.util.*;

      class Example%d {
        Recognizer recognizer;
        Picture picture;
        List<Picture> pictures;
        byte[] bytes;
        byte[] photo;
        byte[] other;
        Path next;
        String sha256;

        void example() throws Exception {
      %s
        }
      }
      """;

  @TempDir private Path folder;

  @Test
  void compile() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assumeTrue(compiler != null, "skipped: this Java has no compiler");
    List<String> examples = examples();
    assertThat(examples).hasSizeGreaterThan(10);
    List<Path> sources = new ArrayList<>();
    for (String example : examples) {
      Path source = folder.resolve("Example" + sources.size() + ".java");
      sources.add(Files.writeString(source, GIVEN.formatted(sources.size(), example)));
    }
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-proc:none", "-Xlint:none", "-cp", classPath, "-d", folder.toString());
      boolean compiles =
          compiler
              .getTask(said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(compiles).as(said.toString()).isTrue();
    }
  }

  private static List<String> examples() throws IOException {
    List<String> examples = new ArrayList<>();
    try (Stream<Path> sources = Files.list(Path.of("src/main/java/dev/wwts"))) {
      for (Path source : sources.filter(Files::isRegularFile).sorted().toList()) {
        add(JAVADOC, Files.readString(source).replaceAll("(?m)^ *\\* ?", ""), examples);
      }
    }
    for (String readme : List.of("README.md", "README.zh-CN.md")) {
      add(MARKDOWN, Files.readString(Path.of(readme)), examples);
    }
    return examples;
  }

  private static void add(Pattern block, String text, List<String> to) {
    block.matcher(text).results().map(found -> found.group(1)).forEach(to::add);
  }
}
