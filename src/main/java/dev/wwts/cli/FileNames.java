package dev.wwts.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * File names as text, UTF-8 whatever the locale says: under LC_ALL=C Java takes every byte beyond
 * ASCII for an error, in arguments and in the names of a folder's files alike.
 *
 * <p>A byte that is no UTF-8 becomes a lone surrogate, U+DC80 to U+DCFF, as in Python; so each name
 * has a text, and each text gives back the name's bytes. Where the locale's encoding holds the
 * name, Java's own way is taken.
 */
final class FileNames {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final char LOST = '\uFFFD';
  private static final Path ROOT = Path.of("/");

  private FileNames() {}

  /** Arguments as they were given, those that Java could not read taken from Linux again. */
  static String[] arguments(String... read) {
    if (Arrays.stream(read).noneMatch(FileNames::isLost) || !Files.isReadable(COMMAND_LINE)) {
      return read;
    }
    try {
      return arguments(Files.readAllBytes(COMMAND_LINE), read);
    } catch (IOException e) {
      return read;
    }
  }

  /**
   * The same from a command line, each argument ended by a zero. They stand at its end; where Maven
   * was started, with other arguments, each is looked for, and taken if there is one such only.
   */
  static String[] arguments(byte[] commandLine, String... read) {
    // Latin-1 keeps the bytes
    String line = new String(commandLine, StandardCharsets.ISO_8859_1);
    String[] all = line.split("\0", -1);
    int first = all.length - 1 - read.length;
    boolean atEnd = first >= 0;
    for (int i = 0; atEnd && i < read.length; i++) {
      atEnd = bytes(read[i]).matcher(all[first + i]).matches();
    }
    String[] given = read.clone();
    for (int i = 0; i < given.length; i++) {
      if (isLost(given[i])) {
        String found = atEnd ? all[first + i] : onlyOne(line, bytes(given[i]));
        given[i] = found.isEmpty() ? given[i] : decode(latin1(found));
      }
    }
    return given;
  }

  /**
   * What the bytes of an argument can be, one character each: those that were lost are not ASCII.
   */
  private static Pattern bytes(String argument) {
    StringBuilder pattern = new StringBuilder();
    argument
        .codePoints()
        .forEach(
            c ->
                pattern.append(
                    c == LOST
                        ? "[\\x80-\\xff]{1,3}"
                        : Pattern.quote(
                            new String(
                                Character.toString(c).getBytes(StandardCharsets.UTF_8),
                                StandardCharsets.ISO_8859_1))));
    return Pattern.compile(pattern.toString());
  }

  private static String onlyOne(String line, Pattern argument) {
    List<String> found =
        Pattern.compile("(?<=[\\x00 ='\"])" + argument + "(?=[\\x00 '\"])")
            .matcher(line)
            .results()
            .map(MatchResult::group)
            .distinct()
            .toList();
    return found.size() == 1 ? found.get(0) : "";
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The file of that name. */
  static Path path(String name) {
    if (!isLost(name)) {
      try {
        return Path.of(name);
      } catch (InvalidPathException e) {
        // the locale's encoding lacks it: a URI takes bytes
      }
    }
    StringBuilder uri = new StringBuilder("file:///");
    for (byte b : encode(name)) {
      uri.append(b == '/' ? "/" : String.format("%%%02X", b & 0xff));
    }
    Path absolute = Path.of(URI.create(uri.toString().replaceFirst("^file:/{3,}", "file:///")));
    return name.startsWith("/") ? absolute : absolute.subpath(0, absolute.getNameCount());
  }

  /** The name of that file, as the user gave it or as its folder has it. */
  static String text(Path file) {
    String text = file.toString();
    if (!isLost(text) || !file.getFileSystem().equals(ROOT.getFileSystem())) {
      return text;
    }
    String uri = ROOT.resolve(file).toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = file.isAbsolute() ? 0 : 1; i < uri.length(); i++) {
      boolean isEscape = uri.charAt(i) == '%';
      bytes.write(isEscape ? Integer.parseInt(uri.substring(i + 1, i + 3), 16) : uri.charAt(i));
      i += isEscape ? 2 : 0;
    }
    // a folder's URI ends in a slash
    return decode(bytes.toByteArray()).replaceFirst("(?<=.)/$", "");
  }

  /**
   * A message about files, or ones beside them whose names begin alike, with their names as {@link
   * #text} has them.
   */
  static String message(Exception failure, Iterable<Path> files) {
    String message = String.valueOf(failure.getMessage());
    for (Path file : files) {
      message = message.replace(file.toString(), text(file));
      Path name = file.getFileName();
      if (name != null && isLost(name.toString())) {
        message = message.replace(stem(name.toString()), stem(text(name)));
      }
    }
    return message;
  }

  private static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? name : name.substring(0, dot);
  }

  /** Whether a code point stands for a byte that is no UTF-8. */
  static boolean isByte(int codePoint) {
    return codePoint >= 0xDC80 && codePoint <= 0xDCFF;
  }

  private static boolean isLost(String name) {
    return name.indexOf(LOST) >= 0;
  }

  private static String decode(byte[] name) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(name);
    CharBuffer text = CharBuffer.allocate(name.length);
    CoderResult result = decoder.decode(bytes, text, true);
    while (result.isError()) {
      for (int i = 0; i < result.length(); i++) {
        text.put((char) (0xDC00 | (bytes.get() & 0xff)));
      }
      result = decoder.reset().decode(bytes, text, true);
    }
    return text.flip().toString();
  }

  private static byte[] encode(String name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    name.codePoints()
        .forEach(
            c -> {
              if (isByte(c)) {
                bytes.write(c);
              } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }
}
