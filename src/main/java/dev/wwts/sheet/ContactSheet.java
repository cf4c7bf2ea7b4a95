package dev.wwts.sheet;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wwts.PictureException;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;

/**
 * A page of groups of pictures, in one file: thumbnails stand in it, nothing is fetched, no script
 * runs. Names of files are texts and links from the page's folder.
 */
public final class ContactSheet {
  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 80rem; padding: 0 1rem; color: #1c1c1e; background: #fff }
      h1 { font-size: 1.4rem } h2 { font-size: 1.05rem; margin: 1.6rem 0 .5rem }
      ul { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none; margin: 0; padding: 0 }
      li { width: 128px } img { display: block; border-radius: 6px; background: #eee }
      a { color: inherit } span { display: block; font-size: .75rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
      @media (prefers-color-scheme: dark) { body { color: #eee; background: #1c1c1e } img { background: #333 } }
      """;

  private ContactSheet() {}

  /**
   * A picture on it.
   *
   * @param file the picture
   * @param name what it is called there
   */
  public record Entry(Path file, String name) {}

  /**
   * Writes one.
   *
   * @param title of the page
   * @param groups those with one picture stand together at the end
   * @param step told after each picture
   * @throws UncheckedIOException if it can't be written; what was there before stays
   */
  public static void write(Path out, String title, List<List<Entry>> groups, Consumer<Entry> step) {
    Path to = out.toAbsolutePath();
    Path folder = to.getParent();
    if (folder == null) {
      throw new IllegalArgumentException(out + " is a folder: name a file for the page.");
    }
    try {
      // in a folder: a temporary file itself is its owner's alone, also when it has been moved
      Path making = Files.createTempDirectory(folder, ".sheet-");
      Path half = making.resolve("sheet.html");
      try {
        try (Writer page = Files.newBufferedWriter(half, UTF_8);
            Thumbnails thumbnails = new Thumbnails()) {
          write(page, title, groups, it -> item(it, thumbnails, folder, step));
        }
        Files.move(half, to, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(half);
        Files.delete(making);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(out + " can't be written", e);
    }
  }

  private interface Item {
    String of(Entry entry);
  }

  private static void write(Writer page, String title, List<List<Entry>> groups, Item item)
      throws IOException {
    page.write(
        """
        <!doctype html>
        <html lang="zh-CN">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>%s</style>
        </head>
        <body>
        <h1>%s</h1>
        """
            .formatted(digest(STYLE), escaped(title), STYLE, escaped(title)));
    int number = 0;
    for (List<Entry> group : groups) {
      if (group.size() > 1) {
        section(page, "第 %d 组 · %d 张".formatted(++number, group.size()), group, item);
      }
    }
    List<Entry> alone = groups.stream().filter(it -> it.size() == 1).map(it -> it.get(0)).toList();
    if (!alone.isEmpty()) {
      section(page, "单独的 · %d 张".formatted(alone.size()), alone, item);
    }
    page.write("</body>\n</html>\n");
  }

  private static void section(Writer page, String heading, List<Entry> entries, Item item)
      throws IOException {
    page.write("<h2>" + heading + "</h2>\n<ul>\n");
    for (Entry entry : entries) {
      page.write(item.of(entry));
    }
    page.write("</ul>\n");
  }

  private static String item(
      Entry entry, Thumbnails thumbnails, Path folder, Consumer<Entry> step) {
    String image;
    try {
      String data = Base64.getEncoder().encodeToString(thumbnails.of(entry.file()));
      image =
          "<img src=\"data:image/jpeg;base64,%s\" width=\"%d\" height=\"%d\" alt=\"\">"
              .formatted(data, Thumbnails.SIDE, Thumbnails.SIDE);
    } catch (PictureException e) {
      image = ""; // gone since it was looked at
    }
    step.accept(entry);
    String name = escaped(entry.name());
    return "<li><a href=\"%s\" title=\"%s\">%s<span>%s</span></a></li>\n"
        .formatted(escaped(link(folder, entry.file())), name, image, name);
  }

  /** From the page's folder where that is possible. */
  private static String link(Path folder, Path file) {
    String from = folder.normalize().toUri().getRawPath();
    String to = file.toAbsolutePath().normalize().toUri().getRawPath();
    return to.startsWith(from) ? "./" + to.substring(from.length()) : "file://" + to;
  }

  private static String digest(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String escaped(String text) {
    return Printable.line(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
