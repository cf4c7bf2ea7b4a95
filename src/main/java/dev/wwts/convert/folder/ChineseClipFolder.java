package dev.wwts.convert.folder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.folder.FolderModel.Towers;
import dev.wwts.convert.folder.KnownNetworks.KnownNetwork;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipe.CropRounding;
import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Interpolation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Chinese-CLIP in transformers' layout: labels that are given become the rows of a last layer;
 * without them both towers are wanted. The preprocessing is that of its own code
 * (models/exporters/chinese_clip.py).
 */
final class ChineseClipFolder {
  static final String TYPE = "chinese_clip";
  private static final String FAMILY = "chinese-clip";

  /** Behind a classifier's name: its image tower alone. */
  private static final String IMAGE = "-image";

  /** The same: the text tower that belongs to it. */
  private static final String TEXT = "-text";

  private static final String VOCABULARY = "vocab.txt";
  private static final int MOST_VOCABULARY = 4 << 20;

  private final Path file;
  private final Configuration configuration;
  private final KnownNetworks networks = KnownNetworks.read();

  ChineseClipFolder(Path file, JsonNode config) {
    this.file = file;
    this.configuration = new Configuration(file, config, networks.defaults(TYPE));
  }

  FolderModel read(Path weights) {
    KnownNetwork image = configuration.among(networks.of(FAMILY, TYPE));
    KnownNetwork text =
        configuration.among(
            networks.of(FAMILY + TEXT, TYPE).stream()
                .filter(tower -> tower.name().equals(image.name() + TEXT))
                .toList());
    Path vocabulary = file.resolveSibling(VOCABULARY);
    if (!Files.isRegularFile(vocabulary)) {
      throw new ModelException(
          Reason.NOT_A_MODEL,
          "%s has no %s beside it, which texts are read with: fetch it too."
              .formatted(file, VOCABULARY));
    }
    String words = new String(Json.bytes(vocabulary, MOST_VOCABULARY), StandardCharsets.UTF_8);
    Path folder = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent());
    return new FolderModel(
        Objects.toString(folder.getFileName(), FAMILY),
        FAMILY,
        image.name(),
        false,
        weights,
        List.of(),
        recipe(image.side()),
        "softmax",
        Optional.of(new Towers(image.name() + IMAGE, text.name(), words)));
  }

  private static Recipe recipe(int side) {
    return new Recipe(
        side,
        side,
        Recipe.Color.RGB,
        AlphaMode.DROP,
        true,
        new Resize.Exact(side, side),
        Interpolation.BICUBIC,
        CropRounding.HALF_EVEN,
        List.of((float) 0.48145466, (float) 0.4578275, (float) 0.40821073),
        List.of((float) 0.26862954, (float) 0.26130258, (float) 0.27577711));
  }
}
