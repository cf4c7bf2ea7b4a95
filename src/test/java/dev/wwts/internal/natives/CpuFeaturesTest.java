package dev.wwts.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names that Linux gives a processor's instructions. */
class CpuFeaturesTest {
  @TempDir private Path folder;

  @Test
  void readsTheFirstCores() throws Exception {
    Path file =
        Files.writeString(folder.resolve("cpuinfo"), "flags\t\t: fpu sse2 avx2\n\nflags\t: fpu\n");
    assertThat(CpuFeatures.of(file)).containsExactlyInAnyOrder("fpu", "sse2", "avx2");
    Files.writeString(file, "Features\t: fp asimd\n");
    assertThat(CpuFeatures.of(file)).containsExactlyInAnyOrder("fp", "asimd");
    Files.writeString(file, "flags\t:\n");
    assertThat(CpuFeatures.of(file)).doesNotContain("avx2");
    Files.writeString(file, "");
    assertThat(CpuFeatures.of(file)).isEmpty();
  }
}
