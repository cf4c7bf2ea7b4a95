package dev.wwts.convert;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.ConversionSpec.Texts;
import dev.wwts.convert.folder.FolderModel;
import dev.wwts.convert.weights.Fitting;
import dev.wwts.convert.weights.PartIndex;
import dev.wwts.convert.weights.Skeleton;
import dev.wwts.internal.model.ManifestReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A downloaded folder on its way to a model file: its weights are filled into the skeleton of their
 * network, and the self-test's logits are what LibTorch answers to that network as it is written.
 */
public final class Conversion {
  private static final String THRESHOLDS = "thresholds.txt";

  /** The tensor that is made of labels where classes are texts. */
  private static final String ROWS = "labels";

  private final FolderModel model;
  private final Skeleton skeleton;
  private final String name;
  private final List<String> labels;
  private final Texts texts;
  private final int classes;
  private final List<String> superfluous;

  private Conversion(
      FolderModel model,
      Skeleton skeleton,
      String name,
      List<String> labels,
      Texts texts,
      int classes,
      List<String> superfluous) {
    this.model = model;
    this.skeleton = skeleton;
    this.name = name;
    this.labels = labels;
    this.texts = texts;
    this.classes = classes;
    this.superfluous = superfluous;
  }

  /**
   * Reads what a folder says of its network, and holds its weights against it; nothing is written
   * yet.
   *
   * @param folderOrWeights a folder as {@link FolderModel} reads it, or a file of weights with the
   *     rest beside it
   * @throws ModelException if something is missing, damaged, or of a network that is not known here
   */
  public static Conversion of(Path folderOrWeights) {
    FolderModel model = FolderModel.of(folderOrWeights);
    Skeleton skeleton = model.skeleton();
    Texts none = new Texts("", "", "", "");
    if (model.towers().isPresent()) {
      skeleton.fit(model.weights(), false, ROWS, new float[1][skeleton.width(ROWS)]).close();
      return new Conversion(model, skeleton, model.name(), model.labels(), none, 0, List.of());
    }
    try (Fitting fitting = skeleton.fit(model.weights(), model.isStrict())) {
      return new Conversion(
          model,
          skeleton,
          model.name(),
          model.labels(),
          none,
          fitting.classes(),
          fitting.superfluous());
    }
  }

  /** The same under another name. */
  public Conversion named(String other) {
    return new Conversion(model, skeleton, other, labels, texts, classes, superfluous);
  }

  /** The same with other names of its classes. */
  public Conversion labelled(List<String> other) {
    return new Conversion(model, skeleton, name, List.copyOf(other), texts, classes, superfluous);
  }

  /** The same with other texts. */
  public Conversion describedBy(Texts other) {
    return new Conversion(model, skeleton, name, labels, other, classes, superfluous);
  }

  /** What people are shown. */
  public String name() {
    return name;
  }

  /** The network, as {@code models/skeletons} calls it. */
  public String network() {
    return model.network();
  }

  /** How many classes the weights tell apart; as many as labels are given where these are texts. */
  public int classes() {
    return model.towers().isPresent() ? labels.size() : classes;
  }

  /**
   * The names of its classes; none where the folder names none, which must be given then, unless
   * classes are texts.
   */
  public List<String> labels() {
    return labels;
  }

  /** The file of weights, or the index of their files. */
  public Path weights() {
    return model.weights();
  }

  /** The digest of the weights: of several files, of what {@code sha256sum} prints of them. */
  public String sha256() {
    return PartIndex.sha256(model.weights());
  }

  /** What of the weights the network does not use, which can't change an answer. */
  public Optional<String> remark() {
    return superfluous.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s has %d tensors that the network does not use, the first is %s."
                .formatted(model.weights(), superfluous.size(), superfluous.get(0)));
  }

  /**
   * Writes the model file, which appears when all is done and replaces what was there.
   *
   * @throws ModelException if labels are missing, if the weights changed or give no finite logits,
   *     or if it can't be written
   */
  public void write(Path out) {
    if (model.towers().isPresent() && labels.isEmpty()) {
      new TwoTowers(model, model.towers().get(), name, texts).write(out);
      return;
    }
    requireLabels();
    // a picture is cut by what the folder says before the file is read
    ManifestReader.read(manifest().bytes(), model.weights().toString());
    FilledNetwork network = new FilledNetwork(model.weights(), model.recipe());
    try (Fitting fitting = fitting()) {
      WholeFile.write(
          out,
          file -> {
            fitting.write(Map.of(), Map.of(), FilledNetwork::bicubic, file);
            ReferenceRun run = network.run(file, classes());
            fitting.write(extra(run, fitting), Map.of(), FilledNetwork::bicubic, file);
          });
    }
  }

  private void requireLabels() {
    if (labels.isEmpty()) {
      throw new ModelException(
          Reason.BAD_LABELS,
          "%s comes without names of its classes: give a file with a label on each line."
              .formatted(model.weights()));
    }
    if (labels.size() != classes()) {
      throw new ModelException(
          Reason.BAD_LABELS,
          "%s has %d classes, but there are %d labels."
              .formatted(model.weights(), classes(), labels.size()));
    }
  }

  private Fitting fitting() {
    return model
        .towers()
        .map(
            towers ->
                skeleton.fit(
                    model.weights(), false, ROWS, LabelEmbeddings.of(model, towers, labels)))
        .orElseGet(() -> skeleton.fit(model.weights(), model.isStrict()));
  }

  private ManifestJson manifest() {
    return new ManifestJson(name, classes(), texts, model.family(), model.recipe())
        .activation(model.activation());
  }

  private Map<String, byte[]> extra(ReferenceRun run, Fitting fitting) {
    SelfTestEntries test = run.entries(FilledNetwork.REFERENCE);
    ManifestJson manifest = manifest().size(fitting.parameters()).selfTest(test);
    run.embedding(ManifestJson.FEATURES).ifPresent(manifest::embedding);
    Map<String, byte[]> extra = new LinkedHashMap<>();
    if (model.activation().equals("sigmoid")) {
      // as models/export.py has it: its classes don't exclude each other
      manifest.thresholds(THRESHOLDS);
      extra.put(THRESHOLDS, "0.5\n".repeat(classes()).getBytes(StandardCharsets.UTF_8));
    }
    extra.put("wwts.json", manifest.bytes());
    extra.put("labels.txt", SelfTestEntries.labels(labels));
    extra.putAll(test.entries());
    return extra;
  }
}
