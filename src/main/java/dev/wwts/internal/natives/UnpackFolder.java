package dev.wwts.internal.natives;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The folder that native libraries are unpacked to: who can write there can run code in this
 * process. JavaCPP takes any that is there, even one that a stranger made in /tmp beforehand.
 */
final class UnpackFolder {
  private static final String BY_EVERYONE = "can be written by everyone (chmod o-w)";
  private static final int STICKY = 01000;
  private static final Path USERS = Path.of("/proc/self/uid_map");
  private static final Pattern ALL_USERS = Pattern.compile("^\\s*0\\s+0\\s+4294967295\\s*$");

  private UnpackFolder() {}

  /**
   * What is wrong with the folder, what lies in it, and all folders above it, whose owners could
   * exchange it; null where nothing is, or where the file system knows no such owners.
   */
  static @Nullable String fault(Path folder) throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return null;
    }
    UserPrincipal self = self(folder);
    Path real = folder.toRealPath();
    for (Path each = real.getParent(); each != null; each = each.getParent()) {
      PosixFileAttributes found = attributes(each);
      boolean isOpen =
          found.permissions().contains(PosixFilePermission.OTHERS_WRITE) && !isSticky(each);
      if (isOpen || !(isOurs(found, self) || isUnmapped(found))) {
        return sentence(
            folder, each, isOpen ? BY_EVERYONE : "belongs to " + found.owner().getName());
      }
    }
    List<Path> here = new ArrayList<>(List.of(real));
    try (DirectoryStream<Path> unpacked = Files.newDirectoryStream(real)) {
      unpacked.forEach(here::add);
    }
    for (Path each : here) {
      PosixFileAttributes found = attributes(each);
      String fault =
          isOurs(found, self) ? openness(found) : "belongs to " + found.owner().getName();
      if (fault != null) {
        return sentence(folder, each, fault);
      }
    }
    return null;
  }

  private static String sentence(Path folder, Path each, String fault) {
    return "Native libraries would be loaded from %s, but %s %s: code of others could run here. %s"
        .formatted(folder, each.equals(folder) ? "it" : each, fault, LoadFailure.ANOTHER_FOLDER);
  }

  private static PosixFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /** Such as /tmp: who can write there can't exchange what others have there. */
  private static boolean isSticky(Path folder) throws IOException {
    return ((int) Files.getAttribute(folder, "unix:mode") & STICKY) != 0;
  }

  private static boolean isOurs(PosixFileAttributes found, UserPrincipal self) {
    String owner = found.owner().getName();
    return found.owner().equals(self) || owner.equals("root") || owner.equals("0");
  }

  /** In a sandbox with users of its own, root's folders outside are shown as nobody's. */
  private static boolean isUnmapped(PosixFileAttributes found) throws IOException {
    String owner = found.owner().getName();
    return (owner.equals("nobody") || owner.equals("65534"))
        && Files.isReadable(USERS)
        && !ALL_USERS.matcher(Files.readString(USERS)).find();
  }

  /** A group of its owner's name has no other member, and root's none but root. */
  private static @Nullable String openness(PosixFileAttributes found) {
    Set<PosixFilePermission> permissions = found.permissions();
    if (found.isSymbolicLink()) {
      return null;
    }
    if (permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      return BY_EVERYONE;
    }
    String group = found.group().getName();
    boolean isPrivate =
        group.equals(found.owner().getName()) || group.equals("root") || group.equals("0");
    return permissions.contains(PosixFilePermission.GROUP_WRITE) && !isPrivate
        ? "can be written by the group " + group + " (chmod g-w)"
        : null;
  }

  /** Who this process is, which the owner of a new file tells; user.name may be anything. */
  private static UserPrincipal self(Path folder) throws IOException {
    Path process = Path.of("/proc/self");
    if (Files.exists(process)) {
      return Files.getOwner(process);
    }
    Path mine = Files.createTempFile(folder, "owner", null);
    try {
      return Files.getOwner(mine);
    } finally {
      Files.delete(mine);
    }
  }
}
