package dev.wwts.cli;

import dev.wwts.internal.text.Printable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A picture, and what its user or its folder's name says that it is. */
record LabelledPicture(String label, Path file) {
  LabelledPicture {
    label = Printable.line(label);
  }

  /** Pictures, and those of folders, that all have the same label. */
  static List<LabelledPicture> of(String label, List<Path> inputs) {
    List<LabelledPicture> pictures = new ArrayList<>();
    inputs.forEach(input -> add(label, input, pictures));
    return some(pictures, inputs);
  }

  /** The pictures of folders' folders, which are named by their labels. */
  static List<LabelledPicture> inFoldersOf(List<Path> inputs) {
    List<LabelledPicture> pictures = new ArrayList<>();
    for (Path input : inputs) {
      if (!Files.isDirectory(input)) {
        throw new IllegalArgumentException(
            FileNames.text(input)
                + " is no folder, whose folders are named by their labels: with add, --label says what a picture shows.");
      }
      for (Path folder : PictureFiles.folders(input)) {
        add(label(folder, input), folder, pictures);
      }
    }
    return some(pictures, inputs);
  }

  private static String label(Path folder, Path input) {
    String label = FileNames.text(folder.getFileName());
    if (!Printable.isVisible(label)) {
      throw new IllegalArgumentException(
          "A folder in %s has a name that can't be seen, '%s', and is to be a label: rename it."
              .formatted(FileNames.text(input), Printable.line(label, 40)));
    }
    return label;
  }

  private static void add(String label, Path input, List<LabelledPicture> to) {
    PictureFiles.expand(input).forEach(file -> to.add(new LabelledPicture(label, file)));
  }

  private static List<LabelledPicture> some(List<LabelledPicture> pictures, List<Path> inputs) {
    if (pictures.isEmpty()) {
      throw new IllegalArgumentException(
          "There are no pictures in " + FileNames.text(inputs.get(0)) + ".");
    }
    return pictures;
  }
}
