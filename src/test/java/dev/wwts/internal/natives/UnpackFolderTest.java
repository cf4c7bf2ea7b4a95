package dev.wwts.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose folder native libraries are loaded from. */
class UnpackFolderTest {
  @TempDir private Path temporary;
  private Path above = Path.of("");
  private Path folder = Path.of("");

  @BeforeEach
  void make() throws IOException {
    assumeTrue(
        temporary.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "skipped: files have no permissions here");
    above = temporary.resolve("above");
    folder = Files.createDirectories(above.resolve("cache"));
    permit(folder, "rwxr-xr-x");
    permit(above, "rwxr-xr-x");
  }

  @Test
  void takesOneOfOurs() throws IOException {
    Files.createDirectory(folder.resolve("some.jar"));
    assertThat(UnpackFolder.fault(folder)).isNull();

    permit(folder, "rwx------");
    assertThat(UnpackFolder.fault(folder)).isNull();
  }

  @Test
  void refusesWhatEveryoneCanWrite() throws IOException {
    permit(folder, "rwxrwxrwx");
    assertThat(UnpackFolder.fault(folder)).contains(folder + ", but it can be written by everyone");

    permit(folder, "rwxr-xr-x");
    permit(above, "rwxrwxrwx");
    assertThat(UnpackFolder.fault(folder)).contains("but " + above + " can be");

    permit(above, "rwxr-xr-x");
    permit(Files.createDirectory(folder.resolve("some.jar")), "rwxrwxrwx");
    assertThat(UnpackFolder.fault(folder)).contains("some.jar can be").hasSizeLessThan(300);
  }

  @Test
  void refusesAStrangers() throws IOException {
    assumeTrue(
        Files.getOwner(temporary).getName().equals("root"), "skipped: only root gives files away");
    var stranger =
        temporary.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Files.setOwner(folder, stranger);
    assertThat(UnpackFolder.fault(folder)).contains("it belongs to nobody", "cachedir");

    Files.setOwner(folder, Files.getOwner(temporary));
    Files.setOwner(above, stranger);
    assertThat(UnpackFolder.fault(folder)).contains("above belongs to nobody");
  }

  @Test
  void looksWhereALinkLeads() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), folder);
    assertThat(UnpackFolder.fault(link)).isNull();

    permit(above, "rwxrwxrwx");
    assertThat(UnpackFolder.fault(link)).contains("above can be written");
  }

  private static void permit(Path folder, String permissions) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
  }
}
