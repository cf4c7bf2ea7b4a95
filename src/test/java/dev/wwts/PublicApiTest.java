package dev.wwts;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What services are compiled against changes only where somebody means it. */
class PublicApiTest {
  private static final Path LISTING = Path.of("docs/api.txt");
  private static final Path NOW = Path.of("target/api.txt");

  @Test
  void isAsListed() throws IOException, URISyntaxException {
    String now = listing();
    Files.writeString(NOW, now);
    assertThat(now.lines().toList())
        .as(
            "The public API is not what %s lists: if the change is meant, cp %s %s and tell it in CHANGELOG.md.",
            LISTING, NOW, LISTING)
        .isEqualTo(Files.readAllLines(LISTING));
  }

  private static String listing() throws IOException, URISyntaxException {
    Path folder = Path.of(Recognizer.class.getResource("Recognizer.class").toURI()).getParent();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
          .map(name -> load(name.replace(".class", "")))
          .filter(PublicApiTest::isReachable)
          .sorted(Comparator.comparing(Class::getName))
          .map(PublicApiTest::type)
          .collect(joining("\n"));
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName("dev.wwts." + name, false, Recognizer.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isReachable(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (!type.isMemberClass() || isReachable(type.getDeclaringClass()));
  }

  private static String type(Class<?> type) {
    String head =
        plain(type.toGenericString())
            + (type.isRecord()
                ? Arrays.stream(type.getRecordComponents())
                    .map(part -> plain(part.getGenericType().getTypeName()) + " " + part.getName())
                    .collect(joining(", ", "(", ")"))
                : "");
    String parents =
        list(" extends ", Stream.of(type.getGenericSuperclass()))
            + list(" implements ", Stream.of(type.getGenericInterfaces()))
            + list(
                " permits ",
                type.isSealed() ? Stream.of(type.getPermittedSubclasses()) : Stream.empty());
    Stream<String> members =
        Stream.of(
                members(type.getDeclaredFields(), field -> field.toGenericString()),
                members(type.getDeclaredConstructors(), made -> made.toGenericString()),
                members(type.getDeclaredMethods(), method -> method.toGenericString()))
            .flatMap(Function.identity());
    return head
        + parents
        + "\n"
        + members.map(member -> "  " + plain(member, type) + "\n").sorted().collect(joining());
  }

  private static <M extends Member> Stream<String> members(M[] members, Function<M, String> text) {
    return Arrays.stream(members)
        .filter(member -> (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0)
        .filter(member -> !member.isSynthetic())
        .map(text);
  }

  private static String list(String word, Stream<? extends Type> types) {
    List<String> names =
        types
            .filter(Objects::nonNull)
            .filter(type -> !type.equals(Object.class))
            .map(type -> plain(type.getTypeName()))
            .sorted()
            .toList();
    return names.isEmpty() ? "" : word + String.join(", ", names);
  }

  /**
   * Without the class that a member stands under anyway, and without what only its inside knows.
   */
  private static String plain(String member, Class<?> of) {
    return plain(member.replace("synchronized ", "").replace(" " + of.getName() + ".", " "));
  }

  private static String plain(String text) {
    return text.replaceAll("\\b(dev\\.wwts|java\\.lang|java\\.util)\\.(?=[A-Z])", "");
  }
}
