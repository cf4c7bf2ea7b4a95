package dev.wwts.internal.swap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a file is told of: once it has come to rest, once each time. */
class NewestFileTest {
  @TempDir private Path folder;

  @Test
  void aFileIsToldOfOnceWhenItIsFoundUnchanged() throws IOException {
    Path file = folder.resolve("model.pt");
    NewestFile newest = new NewestFile(file);

    assertThat(newest.look()).as("not there yet").isEmpty();
    Files.writeString(file, "a");
    assertThat(newest.look()).as("may still grow").isEmpty();
    Files.writeString(file, "b", StandardOpenOption.APPEND);
    assertThat(newest.look()).as("has grown").isEmpty();
    assertThat(newest.look()).contains(file);
    assertThat(newest.look()).as("told already").isEmpty();
  }

  @Test
  void anotherFileOfTheSameSizeAndTimeRenamedOverItIsSeen() throws IOException {
    Path file = Files.writeString(folder.resolve("model.pt"), "a");
    FileTime time = Files.getLastModifiedTime(file);
    NewestFile newest = new NewestFile(file);
    newest.look();
    assertThat(newest.look()).contains(file);

    Path next = Files.writeString(folder.resolve("next"), "b");
    Files.setLastModifiedTime(next, time);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);

    assertThat(newest.look()).isEmpty();
    assertThat(newest.look()).contains(file);
  }

  @Test
  void aFileThatWasAwayIsToldOfWhenAnotherComes() throws IOException {
    Path file = Files.writeString(folder.resolve("model.pt"), "a");
    NewestFile newest = new NewestFile(file);
    newest.look();
    newest.look();
    Files.delete(file);
    assertThat(newest.look()).isEmpty();
    Files.writeString(file, "longer");
    assertThat(newest.look()).isEmpty();
    assertThat(newest.look()).contains(file);
  }

  @Test
  void ofAFolderItIsTheNewestModelFile() throws IOException {
    Path old = write("z.pt", 1_000);
    NewestFile newest = new NewestFile(folder);
    newest.look();
    assertThat(newest.look()).contains(old);

    Path young = write("a.pt2", 2_000);
    write(".b.pt", 3_000);
    write("c.pt.part", 3_000);
    Files.createDirectory(folder.resolve("d.pt"));
    newest.look();
    assertThat(newest.look()).contains(young);

    Files.delete(young);
    newest.look();
    assertThat(newest.look()).as("what was there before is the newest again").contains(old);
  }

  @Test
  void whatALinkLeadsToCounts() throws IOException {
    Path one = write("one", 1_000);
    Path two = write("two", 1_000);
    Path link = Files.createSymbolicLink(folder.resolve("model.pt"), one);
    NewestFile newest = new NewestFile(link);
    newest.look();
    assertThat(newest.look()).contains(link);

    Path next = Files.createSymbolicLink(folder.resolve("next"), two);
    Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    newest.look();
    assertThat(newest.look()).contains(link);
  }

  private Path write(String name, long seconds) throws IOException {
    Path file = Files.writeString(folder.resolve(name), name);
    return Files.setLastModifiedTime(file, FileTime.fromMillis(seconds * 1000));
  }
}
