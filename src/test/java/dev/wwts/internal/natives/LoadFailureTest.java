package dev.wwts.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each reason why native libraries can't be loaded has its own sentence with its own remedy. */
class LoadFailureTest {
  private static final String LIBRARY =
      "/home/u/.javacpp/cache/pytorch-2.13.0-1.5.14-linux-x86_64.jar/org/bytedeco/pytorch/linux-x86_64/libjnitorch.so: ";

  private static String sentence(String words, long megabytes) {
    String sentence =
        LoadFailure.sentence(words, "LibTorch", "linux-x86_64", Path.of("/c"), megabytes << 20);
    assertThat(sentence).hasSizeLessThanOrEqualTo(300).doesNotContain("\n");
    return sentence;
  }

  @Test
  void saysWhatTheSystemLacks() {
    assertThat(
            sentence(
                LIBRARY
                    + "/lib64/libm.so.6: version `GLIBC_2.35' not found (required by "
                    + LIBRARY,
                9999))
        .contains("glibc 2.35", "Debian 12");
    assertThat(sentence("/lib64/libstdc++.so.6: version `GLIBCXX_3.4.30' not found", 9999))
        .contains("GLIBCXX_3.4.30");
    assertThat(
            sentence(
                LIBRARY + "Error loading shared library ld-linux-x86-64.so.2: No such file", 9999))
        .contains("musl");
    assertThat(sentence("libcudart.so.13: cannot open shared object file", 9999))
        .contains("CUDA 13");
    assertThat(sentence("no jnitorch in java.library.path: /usr/lib", 9999))
        .contains("on the class path");
  }

  @Test
  void saysWhatIsWrongWithTheFolder() {
    assertThat(sentence(LIBRARY + "failed to map segment from shared object", 9999))
        .contains("/c", "noexec", "cachedir");
    assertThat(
            sentence(LIBRARY + "libtorch_cpu.so: cannot open shared object file: No such file", 72))
        .contains("/c has no room", "72");
    assertThat(sentence("No space left on device", 600)).contains("no room");
    assertThat(sentence(LIBRARY + "cannot enable executable stack: Operation not permitted", 9999))
        .contains("forbids");
    assertThat(
            sentence("Native Library libjnitorch.so already loaded in another classloader", 9999))
        .contains("share");
  }

  @Test
  void knowsTheCLibraryBeforeItLoadsAnything(@TempDir Path folder) throws IOException {
    String mapped = "7f0000000000-7f0000028000 r--p 00000000 08:01 123   ";
    Path old =
        Files.writeString(
            folder.resolve("libc.so.6"),
            "x GNU C Library (Debian GLIBC 2.31-13) stable release version 2.31.\n");

    assertThat(LoadFailure.wrongLibrary(CLibrary.of(List.of(mapped + "/lib/ld-musl-x86_64.so.1"))))
        .contains("musl");
    assertThat(LoadFailure.wrongLibrary(CLibrary.of(List.of(mapped + old)))).contains("glibc 2.31");
    assertThat(LoadFailure.wrongLibrary(CLibrary.of(List.of(mapped + "/gone/libc.so.6")))).isNull();
    assertThat(new CLibrary("glibc", "2.35").isOlderThan(2, 35)).isFalse();
    assertThat(new CLibrary("glibc", "2.4").isOlderThan(2, 35)).isTrue();
    assertThat(new CLibrary("glibc", "3.0").isOlderThan(2, 35)).isFalse();
    assertThat(LoadFailure.wrongLibrary(CLibrary.here())).isNull();
  }
}
