package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.PictureException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures in mapped files: one that someone else cuts off is refused and ends nothing. */
class MappedPictureTest {
  private static final List<UnaryOperator<ByteBuffer>> VIEWS =
      List.of(
          mapped -> mapped,
          ByteBuffer::slice,
          ByteBuffer::duplicate,
          mapped -> mapped.asReadOnlyBuffer().slice());

  @TempDir private static Path folder;

  @Test
  void aMappedFileIsAnsweredAndACutOneRefused() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc")), "skipped: only Linux cuts mapped files off");
    byte[] photo = TestPictures.jpeg(900, 700);
    try (Recognizer recognizer = Recognizer.load(ModelFiles.tiny(folder))) {
      List<Recognition> expected = recognizer.recognize(photo);
      // compiled code hears of a missing page later than the interpreter
      for (int pass = 0; pass < 300; pass++) {
        for (UnaryOperator<ByteBuffer> view : VIEWS) {
          Path file = Files.write(folder.resolve("photo.jpg"), photo);
          try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer mapped =
                view.apply(channel.map(FileChannel.MapMode.READ_ONLY, 0, photo.length));
            assertThat(recognizer.recognize(mapped)).isEqualTo(expected);
            channel.truncate(0);
            assertThatThrownBy(() -> recognizer.recognize(mapped))
                .isInstanceOfSatisfying(
                    PictureException.class,
                    e -> assertThat(e.reason()).isEqualTo(Reason.UNREADABLE))
                .hasMessageContaining("cut off meanwhile");
            assertThat(mapped.position()).isZero();
          }
        }
      }
      assertThat(recognizer.recognize(photo)).isEqualTo(expected);
    }
  }
}
