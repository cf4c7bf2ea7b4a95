package dev.wwts.convert.folder;

import dev.wwts.convert.weights.Skeleton;
import dev.wwts.internal.model.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A network and its weights, as a folder says.
 *
 * @param name shown to people
 * @param family of the manifest: {@code timm}, {@code hf} or {@code general-recognition}
 * @param network the skeleton's name; the one of a classifier where there are towers
 * @param isStrict whether weights that the network does not know are refused
 * @param weights the checkpoint, or the index of its files
 * @param labels the names of its classes; none where the folder names none
 * @param recipe how pictures become its input
 * @param activation how logits become confidences
 * @param towers of a model of pictures and texts, whose classes are texts
 */
public record FolderModel(
    String name,
    String family,
    String network,
    boolean isStrict,
    Path weights,
    List<String> labels,
    Recipe recipe,
    String activation,
    Optional<Towers> towers) {
  /** Copies the list. */
  public FolderModel {
    labels = List.copyOf(labels);
  }

  /** One whose classes are those of its weights. */
  FolderModel(
      String name,
      String family,
      String network,
      boolean isStrict,
      Path weights,
      List<String> labels,
      Recipe recipe,
      String activation) {
    this(name, family, network, isStrict, weights, labels, recipe, activation, Optional.empty());
  }

  /**
   * What makes embeddings of pictures and of texts.
   *
   * @param image the skeleton's name of the pictures' tower, without labels
   * @param text that of the texts' tower
   * @param vocabulary a piece a line
   */
  public record Towers(String image, String text, String vocabulary) {
    /** The pictures' tower without its weights. */
    public Skeleton imageSkeleton() {
      return KnownNetworks.skeleton(image);
    }

    /** The same of the texts'. */
    public Skeleton textSkeleton() {
      return KnownNetworks.skeleton(text);
    }
  }

  /**
   * Reads a folder with {@code config.json} and weights, ModelScope's folder of general
   * recognition, or such weights with the rest beside them.
   *
   * @throws dev.wwts.ModelException if something is missing, or is not read here
   */
  public static FolderModel of(Path folderOrWeights) {
    return FolderReader.read(folderOrWeights);
  }

  /**
   * Reads what lies beside weights, which need not be there yet.
   *
   * @throws dev.wwts.ModelException if something is missing, or is not read here
   */
  public static FolderModel withWeights(Path weights) {
    return FolderReader.withWeights(weights);
  }

  /** The network without its weights. */
  public Skeleton skeleton() {
    return KnownNetworks.skeleton(network);
  }
}
