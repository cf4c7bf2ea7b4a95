package dev.wwts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files of compiled networks: real ones, which need Python and a compiler, and empty ones. */
public final class CompiledFiles {
  /** Where a network's library is. */
  public static final String LIBRARY = "model/data/aotinductor/model/a.so";

  private static final int ELF_BYTES = 64 + 56;

  private CompiledFiles() {}

  /** What the manifest says of an empty one: runs on any x86-64 processor with Linux. */
  public static final String COMPILED =
      """
      "compiled": {"torch": "2.13.0", "platform": "linux-x86_64", "device": "cpu",
                   "cpu_features": ["sse2"], "batch": {"min": 1, "max": 4096}},
      """;

  /**
   * A tiny ResNet of random weights, compiled for AVX2 and batches of that size; the test is
   * skipped where there is no Python, no C++ compiler, or another processor.
   *
   * @param batch a number, or any
   */
  public static synchronized Path resNet(String batch) {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "skipped: networks are compiled on Linux and x86-64 only");
    assumeTrue(hasCompiler(), "skipped: there is no g++ to compile a network with");
    Path model = Path.of("target", "kit", "compiled-" + batch + ".pt2");
    if (!Files.exists(model)) {
      try {
        Files.createDirectories(model.getParent());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Kit.python(
          ("models/export.py timm --arch test_resnet --random --aoti --cpu avx2 --batch "
                  + batch
                  + " --out "
                  + model)
              .split(" "));
    }
    return model;
  }

  private static boolean hasCompiler() {
    try {
      return new ProcessBuilder("g++", "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The entries of a file whose library is a header and nothing else. */
  public static Map<String, byte[]> empty() {
    return entries(COMPILED, elf(0));
  }

  /** The same with what its manifest says of the code, and a library. */
  public static Map<String, byte[]> entries(String compiled, byte[] library) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("model/archive_format", "pt2".getBytes(UTF_8));
    entries.put(LIBRARY, library);
    entries.put(
        "model/extra/wwts.json",
        ModelFiles.MANIFEST.replaceFirst("\\{", "{" + compiled).getBytes(UTF_8));
    entries.put("model/extra/labels.txt", ModelFiles.LABELS.getBytes(UTF_8));
    return entries;
  }

  /** A library of one segment with that many bytes, though the file ends before them. */
  public static byte[] elf(long segmentBytes) {
    ByteBuffer elf = ByteBuffer.allocate(ELF_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    elf.putInt(0x464c457f).put(new byte[] {2, 1, 1}).position(16);
    elf.putShort((short) 3).putShort((short) 62).putInt(1).putLong(0).putLong(64).putLong(0);
    elf.putInt(0).putShort((short) 64).putShort((short) 56).putShort((short) 1);
    elf.putShort((short) 64).putShort((short) 0).putShort((short) 0);
    elf.putInt(1).putInt(4).putLong(0).putLong(0).putLong(0).putLong(segmentBytes);
    elf.putLong(segmentBytes).putLong(4096);
    return elf.array();
  }
}
