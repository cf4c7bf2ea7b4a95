package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Manifest.Output;
import dev.wwts.internal.model.Manifest.SelfTestEntries;
import dev.wwts.internal.model.Manifest.TextEntries;
import dev.wwts.internal.model.script.ScriptCheck;
import dev.wwts.internal.model.script.Types;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model file, read and checked, native code not yet involved. Whoever reads it closes it, as soon
 * as the network is loaded: until then it holds the file's content.
 *
 * @param path the file
 * @param manifest its manifest
 * @param classes what it says of each class
 * @param selfTest its self-test, if it has one
 * @param text its text tower, if it has one
 * @param card what it is, for people, Markdown; may be empty
 * @param library the shared library, if its network is a compiled one
 * @param content its bytes, which are what LibTorch loads
 * @param trusted whether its code may use what reaches beyond the network
 */
public record Bundle(
    Path path,
    Manifest manifest,
    ClassFacts classes,
    Optional<SelfTest> selfTest,
    Optional<TextTower> text,
    String card,
    Optional<Library> library,
    ModelContent content,
    boolean trusted)
    implements AutoCloseable {
  private static final long MAX_MANIFEST = 1 << 20;
  private static final long MAX_LABELS = 256 << 20;
  private static final long MAX_PICTURE = 8 << 20;

  /** The name of each class. */
  public List<String> labels() {
    return classes.labels();
  }

  /**
   * Reads a model file, or a plain TorchScript file with {@code NAME.wwts.json} and {@code
   * NAME.labels.txt} beside it, and checks all of it.
   *
   * @param sha256 the digest that the file must have, or null; what lies beside it is not pinned by
   *     that, and is refused
   * @param trusted whether its code may use what reaches beyond the network
   * @throws ModelException if the file is not a whole model with a valid manifest and labels, or if
   *     its code is none for LibTorch to see
   * @throws IllegalArgumentException if {@code sha256} is not 64 hexadecimal digits
   */
  public static Bundle read(Path path, @Nullable String sha256, boolean trusted) {
    ModelContent content = ModelContent.read(path, sha256);
    try {
      return read(content, trusted);
    } catch (Throwable e) {
      content.close();
      throw e;
    }
  }

  /**
   * The same for what a file says of itself, whatever its code does: its content is let go at once.
   *
   * @throws ModelException if the file is not a whole model with a valid manifest and labels
   */
  public static Bundle describe(Path path) {
    try (Bundle bundle = read(path, null, true)) {
      return bundle;
    }
  }

  /**
   * Reads it again, for a second load after the content was let go.
   *
   * @throws ModelException if the file is another one meanwhile
   */
  public Bundle again() {
    Bundle again = read(path, content.pin(), trusted);
    if (!again.content.isLike(content)) {
      again.close();
      throw new ModelException(
          Reason.UNREADABLE, path + " changed while it was loaded: load it again.");
    }
    return again;
  }

  private static Bundle read(ModelContent content, boolean trusted) {
    Path path = content.file();
    Archive archive = Archive.of(content);
    boolean isCompiled = archive.kind() == ArchiveKind.COMPILED;
    if (isCompiled && !trusted) {
      throw new ModelException(
          Reason.UNTRUSTED,
          path
              + " holds machine code, which no check can judge: if you would run its maker's programs, say trusted(true) or --trust-model.");
    }
    if (isCompiled) {
      archive.verify();
    } else {
      Together.run(archive::verify, () -> checked(archive, content, trusted));
    }
    Optional<byte[]> json = archive.extra("wwts.json", MAX_MANIFEST);
    if (json.isEmpty() && isCompiled) {
      throw new ModelException(
          Reason.NOT_A_MODEL,
          path
              + " is a .pt2 of AOTInductor without a manifest: write it with models/export.py --aoti.");
    }
    if (json.isEmpty() && content.pin() != null) {
      throw new ModelException(
          Reason.UNTRUSTED,
          path
              + " is pinned, but a manifest beside it is not: put both into one file with models/bundle.py.");
    }
    Manifest manifest =
        ManifestReader.read(
            json.orElseGet(() -> beside(path, ".wwts.json", MAX_MANIFEST)), path.toString());
    byte[] labels =
        json.isPresent()
            ? archive
                .extra("labels.txt", MAX_LABELS)
                .orElseThrow(
                    () ->
                        new ModelException(
                            Reason.BAD_LABELS, path + " has no entry extra/labels.txt."))
            : beside(path, ".labels.txt", MAX_LABELS);
    Optional<TextTower> text =
        manifest.text().map(it -> TextTower.read(archive, manifest, it, trusted));
    ClassFacts classes = classes(archive, labels, manifest, path);
    Optional<SelfTest> selfTest =
        json.isPresent()
            ? manifest.selfTest().map(entries -> selfTest(archive, entries, manifest, path))
            : Optional.empty();
    Optional<Library> library =
        isCompiled ? Optional.of(library(archive, manifest, path)) : Optional.empty();
    String card = archive.extra("card.md", Card.MOST).map(it -> Card.read(it, path)).orElse("");
    return new Bundle(path, manifest, classes, selfTest, text, card, library, content, trusted);
  }

  private static ClassFacts classes(Archive archive, byte[] labels, Manifest manifest, Path path) {
    Output output = manifest.output();
    Labels lines = new Labels(path.toString(), output.classes());
    Optional<byte[]> roots = output.roots().map(it -> ofClasses(archive, it, path));
    Optional<byte[]> thresholds = output.thresholds().map(it -> ofClasses(archive, it, path));
    return new ClassFacts(
        lines.labels(labels),
        roots.map(lines::roots).orElse(List.of()),
        thresholds.map(lines::thresholds).orElse(new float[0]));
  }

  private static byte[] ofClasses(Archive archive, String name, Path path) {
    return archive
        .extra(name, MAX_LABELS)
        .orElseThrow(
            () ->
                new ModelException(Reason.BAD_LABELS, path + " has no entry extra/" + name + "."));
  }

  private static Library library(Archive archive, Manifest manifest, Path path) {
    Target target =
        manifest
            .compiled()
            .orElseThrow(
                () ->
                    new ModelException(
                        Reason.BAD_MANIFEST,
                        path
                            + ": the manifest has no field compiled: write the file with models/export.py --aoti."));
    Library library = archive.library(target);
    library.requireWhole();
    return library;
  }

  private static boolean checked(Archive archive, ModelContent content, boolean trusted) {
    Types types = ScriptCheck.run(content.file().toString(), archive.code(), trusted);
    Pickles.check(archive, content.size(), types);
    return true;
  }

  /** Lets the file's content go; everything else stays. Closing twice does nothing. */
  @Override
  public void close() {
    content.close();
  }

  private static SelfTest selfTest(
      Archive archive, SelfTestEntries entries, Manifest manifest, Path path) {
    List<byte[]> pictures = new ArrayList<>();
    for (String name : entries.pictures()) {
      pictures.add(selfTestEntry(archive, name, MAX_PICTURE, path));
    }
    int classes = manifest.output().classes();
    List<float[]> embeddings =
        manifest
            .embedding()
            .map(it -> rows(archive, entries.embeddings(), pictures.size(), it.length(), path))
            .orElse(List.of());
    return new SelfTest(
        pictures,
        rows(archive, entries.logits(), pictures.size(), classes, path),
        embeddings,
        entries.texts().map(it -> texts(archive, it, pictures.size(), manifest, path)),
        entries.reference(),
        entries.tolerance());
  }

  private static SelfTest.Texts texts(
      Archive archive, TextEntries entries, int pictures, Manifest manifest, Path path) {
    int texts = entries.texts().size();
    int length = manifest.embedding().orElseThrow().length();
    return new SelfTest.Texts(
        entries.texts(),
        rows(archive, entries.embeddings(), texts, length, path),
        rows(archive, entries.scores(), pictures, texts, path));
  }

  /** Numbers of the self-test: so many columns for each picture or text. */
  private static List<float[]> rows(
      Archive archive, String entry, int count, int columns, Path path) {
    long expected = (long) count * columns * Float.BYTES;
    byte[] raw = selfTestEntry(archive, entry, expected, path);
    if (raw.length != expected) {
      throw new ModelException(
          Reason.CORRUPT,
          "%s: the self-test has %d bytes in %s, not %d rows x %d columns x 4."
              .formatted(path, raw.length, entry, count, columns));
    }
    FloatBuffer floats = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] row = new float[columns];
      floats.get(row);
      rows.add(row);
    }
    return rows;
  }

  private static byte[] selfTestEntry(Archive archive, String name, long maxBytes, Path path) {
    return archive
        .extra(name, maxBytes)
        .orElseThrow(
            () ->
                new ModelException(
                    Reason.CORRUPT, path + " has no entry extra/" + name + " for its self-test."));
  }

  /** By its URI where that is a file's: its bytes are the name's, whatever the locale can say. */
  private static Path sibling(Path model, String suffix) {
    boolean isFile = model.getFileSystem().equals(FileSystems.getDefault());
    String name = isFile ? model.toUri().toString() : String.valueOf(model.getFileName());
    int dot = name.lastIndexOf('.');
    boolean hasEnding = dot > name.lastIndexOf('/') + 1;
    String beside = (hasEnding ? name.substring(0, dot) : name) + suffix;
    return isFile ? Path.of(URI.create(beside)) : model.resolveSibling(beside);
  }

  private static byte[] beside(Path model, String suffix, long maxBytes) {
    Path path = sibling(model, suffix);
    if (!Files.isRegularFile(path)) {
      throw new ModelException(
          Reason.NOT_A_MODEL,
          "%s holds no manifest and there is no %s beside it: make it with models/export.py, or write one as models/FORMAT.md says."
              .formatted(model, path.getFileName()));
    }
    try (InputStream in = Channels.newInputStream(RegularFile.open(path))) {
      byte[] bytes = in.readNBytes((int) maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new ModelException(
            Reason.BAD_MANIFEST, path + " has more than " + maxBytes + " bytes.");
      }
      return bytes;
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, path + " can't be read.", e);
    }
  }
}
