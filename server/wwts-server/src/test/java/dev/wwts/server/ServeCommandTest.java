package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class ServeCommandTest {
  @Test
  void optionsBecomeProperties(@TempDir Path models) {
    assertThat(
            arguments(
                "--port",
                "0",
                "--host",
                "::1",
                "--insecure",
                "--models",
                models.toString(),
                "--model",
                "a/b.pt",
                "--gallery",
                models.resolve("goods").toString(),
                "--lanes",
                "2",
                "--max-bytes",
                "1MB"))
        .containsExactlyInAnyOrder(
            "--server.port=0",
            "--server.address=::1",
            "--wwts.server.insecure=true",
            "--wwts.server.models=" + models,
            "--wwts.model=a/b.pt",
            "--wwts.gallery=" + models.resolve("goods"),
            "--wwts.lanes=2",
            "--wwts.limits.max-bytes=1MB");
  }

  @Test
  void aNameMeansThePulledModel(@TempDir Path models) throws Exception {
    Files.createFile(models.resolve("photos.pt"));
    assertThat(arguments("--models", models.toString(), "--model", "photos"))
        .contains("--wwts.model=" + models.resolve("photos.pt"));
    assertThatThrownBy(() -> arguments("--models", models.toString(), "--model", "nothing"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("wwts pull --list");
  }

  private static List<String> arguments(String... options) {
    CommandLine line = ServeCommand.line();
    line.parseArgs(options);
    return ServeCommand.arguments(line);
  }
}
