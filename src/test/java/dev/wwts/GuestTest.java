package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host's JavaCPP stays as the host has it, and wwts runs on it; each in a process of its own. */
class GuestTest {
  private static final int CALLS = 200;

  @TempDir private static Path folder;
  private static Path model = Path.of("");
  private static Path picture = Path.of("");

  @BeforeAll
  static void write() throws Exception {
    model = ModelFiles.tiny(folder);
    picture = Files.write(folder.resolve("a.png"), TestPictures.png(9, 9, java.awt.Color.RED));
  }

  @Test
  void worksWhereAnotherLibraryStartedJavaCppWithASmallHeap() throws Exception {
    String output = host("first", "-Xmx64m");

    assertThat(output).contains("limit kept: true", "calls: 200");
  }

  @Test
  void refusesTypedWhereJavaCppAllowsTooLittle() throws Exception {
    for (String limit :
        new String[] {"maxPhysicalBytes=60m", "maxPhysicalBytes=100m", "maxBytes=1k"}) {
      String output = host("first", "-Dorg.bytedeco.javacpp." + limit);

      assertThat(output)
          .as(limit)
          .contains("dev.wwts.DeviceException: JavaCPP's limit of native memory")
          .doesNotContain("SIG", "malloc", "OutOfMemoryError");
    }
  }

  @Test
  void refusesThePictureThatWouldReachTheLimit() throws Exception {
    // 100 million pixels: 300 MB, of 256 MB that a heap of 64 MB allows
    Path big = Files.write(folder.resolve("big.gif"), whiteGif(10_000, 10_000));
    String output = host("first", big, "-Xmx64m");

    assertThat(output)
        .contains("PictureException", "needs more memory")
        .doesNotContain("SIG", "malloc");
  }

  /** A GIF whose only frame is one pixel of a large canvas. */
  private static byte[] whiteGif(int width, int height) {
    ByteBuffer gif = ByteBuffer.allocate(35).order(ByteOrder.LITTLE_ENDIAN);
    gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
    gif.putShort((short) width).putShort((short) height).put(new byte[] {(byte) 0x80, 0, 0});
    gif.put(new byte[] {0, 0, 0, (byte) 255, (byte) 255, (byte) 255});
    gif.put((byte) 0x2C)
        .putShort((short) 0)
        .putShort((short) 0)
        .putShort((short) 1)
        .putShort((short) 1);
    gif.put(new byte[] {0, 2, 2, 0x4C, 1, 0, 0x3B});
    return gif.array();
  }

  @Test
  void leavesNoPropertyAndNoLineBehind() throws Exception {
    String output = host("second", "-Xmx64m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=debug");

    assertThat(output)
        .contains("calls: 200", "properties: []")
        .doesNotContain("DEBUG org.bytedeco");
    assertThat(output).doesNotContain("-gpu", "Warning", "WARN");
  }

  private static String host(String order, String... options) throws Exception {
    return host(order, picture, options);
  }

  private static String host(String order, Path asked, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Host.class.getName(),
            order,
            model.toString(),
            asked.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  /** The process. */
  static final class Host {
    private Host() {}

    public static void main(String[] args) throws Exception {
      long limit = 0;
      if (args[0].equals("first")) {
        new BytePointer(1).close();
        limit = Pointer.maxPhysicalBytes();
      }
      byte[] bytes = Files.readAllBytes(Path.of(args[2]));
      try (Recognizer recognizer = Recognizer.load(Path.of(args[1]))) {
        int calls = 0;
        while (calls < CALLS) {
          recognizer.recognize(bytes);
          calls++;
        }
        System.out.println("calls: " + calls);
      } catch (DeviceException | PictureException e) {
        System.out.println(e);
      }
      System.out.println("limit kept: " + (limit == Pointer.maxPhysicalBytes()));
      System.out.println(
          "properties: "
              + System.getProperties().stringPropertyNames().stream()
                  .filter(name -> name.startsWith("org.bytedeco"))
                  .toList());
    }
  }
}
