package dev.wwts.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files of the system say about memory. */
class MemoryLeftTest {
  @TempDir private Path mount;

  @Test
  void theLeastLimitOfAUnifiedGroupAndThoseAroundItHolds() throws IOException {
    write("memory.max", "max");
    write("pod/memory.max", "2000");
    write("pod/app/memory.max", "3000");

    assertThat(container("0::/pod/app")).isEqualTo(2000);
    assertThat(container("0::/")).isEqualTo(Long.MAX_VALUE);
    assertThat(container("0::/pod/app/gone")).as("a group inside").isEqualTo(2000);
  }

  @Test
  void ofTheOldGroupsTheOneForMemoryCounts() throws IOException {
    write("memory/memory.limit_in_bytes", "9223372036854771712");
    write("memory/docker/memory.limit_in_bytes", "1000");
    write("cpu/docker/memory.limit_in_bytes", "10");

    assertThat(container("4:cpu,cpuacct:/docker", "3:memory:/docker")).isEqualTo(1000);
    assertThat(container("3:memory:/")).isGreaterThan(1L << 60);
  }

  @Test
  void aPathThatLeadsOutsideIsThatOfTheMount() throws IOException {
    write("memory.max", "500");

    assertThat(container("0::/../../host")).isEqualTo(500);
    assertThat(container("0::/other/pod")).isEqualTo(500);
  }

  @Test
  void whatNothingTellsIsNoLimit() {
    assertThat(container("", "x", "1:name=systemd:/")).isEqualTo(Long.MAX_VALUE);
    assertThat(MemoryLeft.machine(List.of("MemTotal: 5 kB"))).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void theMachineTellsWhatItCouldGive() {
    List<String> meminfo =
        List.of("MemTotal:       10 kB", "MemFree:        1 kB", "MemAvailable:   7 kB");

    assertThat(MemoryLeft.machine(meminfo)).isEqualTo(7 << 10);
  }

  private long container(String... groups) {
    return MemoryLeft.container(mount, List.of(groups));
  }

  private void write(String name, String value) throws IOException {
    Path file = mount.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, value + "\n");
  }
}
