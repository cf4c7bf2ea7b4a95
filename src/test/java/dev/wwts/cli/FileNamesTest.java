package dev.wwts.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Names that the locale's encoding does not hold. */
class FileNamesTest {
  @Test
  void keepsBytesThatAreNoUtf8() {
    for (String name :
        new String[] {"a\udcff.png", "图\udce5\udc9b/\udc80", "/tmp/\udcfe", "\udcff/../图.jpg"}) {
      Path file = FileNames.path(name);

      assertThat(FileNames.text(file)).isEqualTo(name);
      assertThat(file.isAbsolute()).isEqualTo(name.startsWith("/"));
    }
    assertThat(FileNames.path("a\udcff.png")).hasToString("a\ufffd.png");
  }

  @Test
  void leavesOrdinaryNamesToJava() {
    assertThat(FileNames.path("图片/a b.jpg")).isEqualTo(Path.of("图片", "a b.jpg"));
    assertThat(FileNames.text(Path.of("图片"))).isEqualTo("图片");
    assertThat(FileNames.arguments("a", "图")).containsExactly("a", "图");
  }

  @Test
  void takesFromTheCommandLineWhatJavaLost() {
    String lost = "\ufffd".repeat(6);
    byte[] direct = "java\0-cp\0x\0Wwts\0recognize\0图片\0--top\0001\0".getBytes(UTF_8);
    assertThat(FileNames.arguments(direct, "recognize", lost, "--top", "1"))
        .containsExactly("recognize", "图片", "--top", "1");

    byte[] maven = "mvn\0compile\0exec:java\0-Dexec.args=recognize d/图片 --top 1\0".getBytes(UTF_8);
    assertThat(FileNames.arguments(maven, "recognize", "d/" + lost, "--top", "1"))
        .containsExactly("recognize", "d/图片", "--top", "1");
    assertThat(FileNames.arguments(maven, "recognize", "e/" + lost))
        .containsExactly("recognize", "e/" + lost);
    byte[] two = "mvn\0-Dexec.args=recognize 图片 照片\0".getBytes(UTF_8);
    assertThat(FileNames.arguments(two, "recognize", lost, lost)).contains(lost);
  }
}
