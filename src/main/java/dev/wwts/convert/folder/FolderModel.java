package dev.wwts.convert.folder;

import dev.wwts.convert.weights.Skeleton;
import dev.wwts.internal.model.Recipe;
import java.nio.file.Path;
import java.util.List;

/**
 * A network and its weights, as a folder says.
 *
 * @param name shown to people
 * @param family of the manifest: {@code timm}, {@code hf} or {@code general-recognition}
 * @param network the skeleton's name
 * @param isStrict whether weights that the network does not know are refused
 * @param weights the checkpoint
 * @param labels the names of its classes; none where the folder names none
 * @param recipe how pictures become its input
 * @param activation how logits become confidences
 * @param texts the tower that makes a row of the last layer of a label, where classes are texts;
 *     else none
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
    List<TextTower> texts) {
  /** Copies the lists. */
  public FolderModel {
    labels = List.copyOf(labels);
    texts = List.copyOf(texts);
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
    this(name, family, network, isStrict, weights, labels, recipe, activation, List.of());
  }

  /**
   * What makes embeddings of texts.
   *
   * @param network the skeleton's name
   * @param vocabulary a piece a line
   */
  public record TextTower(String network, String vocabulary) {
    /** The network without its weights. */
    public Skeleton skeleton() {
      return KnownNetworks.skeleton(network);
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
