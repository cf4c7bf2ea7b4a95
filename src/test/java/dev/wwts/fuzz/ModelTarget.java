package dev.wwts.fuzz;

import dev.wwts.Answer;
import dev.wwts.ModelException;
import dev.wwts.ModelFiles;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.Picture;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import dev.wwts.WwtsException;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model file of which one entry is anything, or all of it: it loads and answers a picture, or
 * either is refused with a {@link WwtsException}. An input's first byte says which entry; checksums
 * are right where it is one, so that what lies behind them is reached.
 */
public final class ModelTarget {
  private static final Picture RED = Picture.of(TestPictures.png(9, 8, Color.RED));
  private static final Path FOLDER = folder();
  private static final Path GOOD = ModelFiles.tiny(FOLDER);
  private static final Map<String, byte[]> ENTRIES = ModelFiles.entries(GOOD);
  private static final List<String> NAMES = List.copyOf(ENTRIES.keySet());

  private ModelTarget() {}

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("wwts-fuzz");
      // in the other order
      for (String name : List.of("", "bare.pt", "model.pt", "it.pt")) {
        folder.resolve(name).toFile().deleteOnExit();
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A good model. */
  static Path good() {
    return GOOD;
  }

  /** Jazzer calls it first: loading LibTorch is no input's fault. */
  public static void fuzzerInitialize() {
    String unused = outcome(GOOD);
  }

  /** Jazzer's entry. */
  public static void fuzzerTestOneInput(byte[] input) {
    outcome(write(input, FOLDER.resolve("it.pt")));
  }

  /** The model file that an input stands for. */
  static Path write(byte[] input, Path file) {
    int part = input.length == 0 ? 0 : Byte.toUnsignedInt(input[0]) % (NAMES.size() + 1);
    byte[] content = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    if (part < NAMES.size()) {
      Map<String, byte[]> entries = new LinkedHashMap<>(ENTRIES);
      entries.put(NAMES.get(part), content);
      return ModelFiles.zip(file, entries);
    }
    try {
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What became of a model file, in a word. */
  static String outcome(Path file) {
    try (Recognizer recognizer = Recognizer.builder(file).threads(1).lanes(1).decoders(1).load()) {
      Answer.Recognized answer = recognizer.answer(RED);
      if (answer.results().isEmpty() && answer.best().label().isEmpty()) {
        throw new AssertionError("no answer");
      }
      return "loaded";
    } catch (ModelException e) {
      Sentences.checked(e);
      return "ModelException " + e.reason();
    } catch (OutOfDeviceMemoryException e) {
      Sentences.checked(e);
      return "OutOfDeviceMemoryException";
    }
  }
}
