package dev.wwts.internal.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Files that are taken for a model and are none, told by their first bytes or, where they are zips,
 * by their entries; each with what to do.
 *
 * @param matches whether a file's first bytes, as ISO 8859-1, are of this kind
 * @param sentence what to say, after the file's name
 */
record FileKind(Predicate<String> matches, String sentence) {
  private static final List<FileKind> KNOWN =
      List.of(
          new FileKind(
              start ->
                  start.startsWith("version https://git-lfs") || start.startsWith("oid sha256:"),
              "is a Git LFS pointer, not the file it stands for: fetch that with git lfs pull"),
          new FileKind(
              start -> {
                String text =
                    start.replaceFirst("^\u00ef\u00bb\u00bf", "").strip().toLowerCase(Locale.ROOT);
                return text.startsWith("<!doctype html")
                    || text.startsWith("<html")
                    || text.startsWith("<head")
                    || text.startsWith("<?xml")
                    || text.startsWith("<!--");
              },
              "is a web page: download the file itself, not the page that shows it"),
          new FileKind(
              start -> start.startsWith("\u001f\u008b"),
              "is compressed with gzip: unpack it first"),
          new FileKind(
              start ->
                  start.startsWith("BZh")
                      || start.startsWith("\u00fd7zXZ")
                      || start.startsWith("(\u00b5/\u00fd")
                      || start.startsWith("7z\u00bc\u00af")
                      || start.startsWith("Rar!"),
              "is a compressed archive: unpack it first"),
          new FileKind(
              start -> start.length() > 262 && start.startsWith("ustar", 257),
              "is a tar archive: unpack it, or, if it is a checkpoint of an old PyTorch, export the model with models/export.py"),
          new FileKind(
              start ->
                  start.startsWith("GGUF") || start.startsWith("ggml") || start.startsWith("lmgg"),
              "is a GGUF file of llama.cpp: export the network to TorchScript with models/export.py"),
          new FileKind(
              start -> start.startsWith("\u0089HDF"),
              "is an HDF5 file, as Keras writes it: only TorchScript is read"),
          new FileKind(
              start -> start.startsWith("TFL3", 4),
              "is a TensorFlow Lite model: only TorchScript is read"),
          new FileKind(
              start -> start.startsWith("PTMF", 4) || start.startsWith("ET1", 4),
              "is a PyTorch model for mobile devices: save the module with torch.jit.save, or export it with models/export.py"),
          new FileKind(
              FileKind::isSafetensors,
              "is a safetensors file, weights without a network: export both with models/export.py --checkpoint"),
          new FileKind(
              start ->
                  start.startsWith("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.")
                      || (start.startsWith("\u0080")
                          && start.length() > 1
                          && start.charAt(1) >= 2
                          && start.charAt(1) <= 5),
              "is a pickle, as torch.save wrote checkpoints before PyTorch 1.6, weights without a network: export both with models/export.py --checkpoint"),
          new FileKind(
              FileKind::isOnnx,
              "is an ONNX model: export the network to TorchScript with models/export.py instead"),
          new FileKind(
              start -> start.startsWith("\n") && start.contains("Placeholder"),
              "is a TensorFlow graph: only TorchScript is read"),
          new FileKind(
              start -> start.startsWith("{") || start.startsWith("["),
              "is JSON, not a model: name the .pt file"),
          new FileKind(
              start ->
                  start.startsWith("\u00ff\u00d8\u00ff")
                      || start.startsWith("\u0089PNG")
                      || start.startsWith("GIF8")
                      || start.startsWith("RIFF"),
              "is a picture, not a model"),
          new FileKind(
              start -> start.startsWith("\u007fELF") || start.startsWith("MZ"),
              "is a program or library, not a model"));

  /** How many of a file's first bytes are looked at. */
  static final int START = 4096;

  /**
   * Lets pass what begins as a zip does.
   *
   * @param start its first bytes, {@link #START} of them if it has as many
   */
  static void requireZip(Path file, long size, byte[] start) {
    if (size == 0) {
      throw refused(file.toString(), "is empty: not a model");
    }
    String text = new String(start, ISO_8859_1);
    if (text.startsWith("PK\u0003\u0004")) {
      return;
    }
    for (FileKind kind : KNOWN) {
      if (kind.matches.test(text)) {
        throw refused(file.toString(), kind.sentence);
      }
    }
    throw refused(
        file.toString(), "is not a TorchScript file: export the model with models/export.py");
  }

  /** What a zip is that has not the entries of a model file. */
  static ModelException notAModel(String file, Collection<String> names) {
    Predicate<String> ends = end -> names.stream().anyMatch(name -> name.endsWith(end));
    if (names.stream().anyMatch(name -> name.contains("aotinductor/"))) {
      return refused(
          file,
          "is a .pt2 of AOTInductor without a whole network: write it with models/export.py --aoti");
    }
    if (ends.test("/archive_format") || ends.test("serialized_exported_program.json")) {
      return refused(
          file, "is a .pt2 of torch.export, a graph without code: export with models/export.py");
    }
    if (ends.test("data.pkl")) {
      return refused(
          file,
          "is a checkpoint (torch.save), weights without a network: export both with models/export.py --checkpoint");
    }
    if (ends.test("bytecode.pkl")) {
      return refused(
          file,
          "is a PyTorch model for mobile devices: save the module with torch.jit.save, or export it with models/export.py");
    }
    if (ends.test("model.weights.h5")) {
      return refused(file, "is a Keras model: only TorchScript is read");
    }
    if (ends.test(".npy")) {
      return refused(file, "holds NumPy arrays, not a network: export with models/export.py");
    }
    if (ends.test(".pt") || ends.test(".pth")) {
      return refused(file, "is a zip with a model inside: unpack it first");
    }
    return refused(
        file, "is a zip but not a TorchScript file: export the model with models/export.py");
  }

  /** What a zip is that was taken for a checkpoint. */
  static ModelException notACheckpoint(String file, Collection<String> names) {
    boolean isModel = names.stream().anyMatch(name -> name.contains("/code/"));
    return refused(
        file,
        isModel
            ? "is a TorchScript model, no checkpoint: it holds its network, use it as it is"
            : "is a zip, but no checkpoint of torch.save");
  }

  private static ModelException refused(String file, String sentence) {
    return new ModelException(Reason.NOT_A_MODEL, file + " " + sentence + ".");
  }

  /** Eight bytes of the header's length, then the header: a JSON object. */
  private static boolean isSafetensors(String start) {
    return start.length() > 9
        && start.charAt(8) == '{'
        && start.charAt(6) == 0
        && start.charAt(7) == 0;
  }

  /** A protobuf whose first field is the version of the format, then who made it. */
  private static boolean isOnnx(String start) {
    return start.length() > 3
        && start.charAt(0) == 8
        && start.charAt(1) < 32
        && (start.charAt(2) == 0x12 || start.charAt(2) == 0x3a || start.charAt(2) == 0x42);
  }
}
