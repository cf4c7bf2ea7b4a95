package dev.wwts.convert.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipe.CropRounding;
import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.pixels.Interpolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders say what models/exporters read of them in Python. */
class FolderModelTest {
  private static final String VIT =
      """
      {"model_type": "vit", "architectures": ["ViTForImageClassification"], "hidden_size": 768,
       "id2label": {"0": "cat", "1": "dog"}, "transformers_version": "4.13.0.dev0"}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void weights() throws IOException {
    Files.createFile(folder.resolve("model.safetensors"));
  }

  private FolderModel read(String config) throws IOException {
    Files.writeString(folder.resolve("config.json"), config);
    return FolderModel.of(folder);
  }

  private FolderModel read(String config, String processor) throws IOException {
    Files.writeString(folder.resolve("preprocessor_config.json"), processor);
    return read(config);
  }

  private ModelException refused(String config, String processor) throws IOException {
    Files.writeString(folder.resolve("preprocessor_config.json"), processor);
    Files.writeString(folder.resolve("config.json"), config);
    ModelException e = catchThrowableOfType(ModelException.class, () -> FolderModel.of(folder));
    assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(300);
    return e;
  }

  /** As the hub has resnet50.a1_in1k. */
  @Test
  void timmsOwnTransform() throws IOException {
    FolderModel model =
        read(
            """
            {"architecture": "resnet50", "num_classes": 1000, "num_features": 2048,
             "pretrained_cfg": {"tag": "a1_in1k", "input_size": [3, 224, 224],
              "test_input_size": [3, 288, 288], "fixed_input_size": false, "interpolation": "bicubic",
              "crop_pct": 0.95, "test_crop_pct": 1.0, "crop_mode": "center",
              "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "classifier": "fc"}}
            """);
    assertThat(model.network()).isEqualTo("resnet50");
    assertThat(model.labels()).as("ImageNet's, as none are named").hasSize(1000).startsWith("丁鲷");
    Recipe recipe = model.recipe();
    assertThat(recipe.resize()).as("224 / 0.95").isEqualTo(new Resize.ShorterSide(235));
    assertThat(recipe.interpolation()).isEqualTo(Interpolation.BICUBIC);
    assertThat(recipe.cropRounding()).isEqualTo(CropRounding.HALF_EVEN);
    assertThat(recipe.mean()).containsExactly(0.485f, 0.456f, 0.406f);
  }

  /** timm's older files have all on one level. */
  @Test
  void timmsOlderFiles() throws IOException {
    FolderModel model =
        read(
            """
            {"architecture": "mobilenetv2_100", "num_classes": 2, "input_size": [3, 256, 256],
             "interpolation": "bilinear", "label_names": ["n1", "n2"],
             "label_descriptions": {"n1": "cat", "n2": "dog"}}
            """);
    assertThat(model.labels()).containsExactly("cat", "dog");
    assertThat(model.recipe().width()).isEqualTo(256);
    assertThat(model.recipe().resize()).isEqualTo(new Resize.ShorterSide(292));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'architecture': 'nosuchnet'}|nosuchnet is not one of the networks",
        "{'architecture': 'resnet50', 'model_args': {'output_stride': 8}}|not known with model_args",
        "{'architecture': 'mobilenetv2_100', 'model_args': {'pad_type': 'x'}}|not known with model_args",
        "{'architecture': 'resnet50', 'pretrained_cfg': {'crop_mode': 'border'}}|in the mode border",
        "{'architecture': 'resnet50', 'pretrained_cfg': {'interpolation': 'random'}}|with random",
        "{'architecture': 'resnet50', 'pretrained_cfg': {'input_size': [1, 28, 28]}}|input_size",
        "{'architecture': 'vit_base_patch16_224', 'pretrained_cfg': {'input_size': [3, 256, 256]}}"
            + "|of 224 pixels a side, not of 256 x 256",
      })
  void whatTimmDoesOtherwiseIsNamed(String config, String words) throws IOException {
    ModelException e = refused(config.replace('\'', '"'), "{}");
    assertThat(e).hasMessageContaining(words).hasMessageContaining("models/export.py timm");
    assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED);
  }

  @Test
  void argumentsChooseTheNetwork() throws IOException {
    String config = "{\"architecture\": \"mobilenetv2_100\", \"model_args\": {%s}}";
    assertThat(read(config.formatted("\"pad_type\": \"same\"")).network())
        .isEqualTo("mobilenetv2_100.same");
    assertThat(read(config.formatted("\"num_classes\": 5")).network()).isEqualTo("mobilenetv2_100");
  }

  /** As the hub has google/vit-base-patch16-224: an old name, and a size that is a number. */
  @Test
  void visionTransformer() throws IOException {
    FolderModel model =
        read(
            VIT,
            """
            {"do_normalize": true, "do_resize": true, "feature_extractor_type": "ViTFeatureExtractor",
             "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 2, "size": 224}
            """);
    assertThat(model.network()).isEqualTo("vit-base-patch16-224");
    assertThat(model.labels()).containsExactly("cat", "dog");
    assertThat(model.activation()).isEqualTo("softmax");
    assertThat(model.isStrict()).isFalse();
    Recipe recipe = model.recipe();
    assertThat(recipe.resize()).isEqualTo(new Resize.Exact(224, 224));
    assertThat(recipe.interpolation()).isEqualTo(Interpolation.BILINEAR);
    assertThat(recipe.cropRounding()).isEqualTo(CropRounding.FLOOR);
    assertThat(recipe.std()).isEqualTo(List.of(0.5f, 0.5f, 0.5f));
  }

  @Test
  void convNextCropsBelow384() throws IOException {
    String config =
        "{\"model_type\": \"convnext\", \"depths\": [3, 3, 9, 3], \"id2label\": {\"0\": \"a\"}}";
    String processor =
        "{\"image_processor_type\": \"ConvNextImageProcessor\", \"size\": {\"shortest_edge\": %d}}";
    assertThat(read(config, processor.formatted(224)).recipe().resize())
        .isEqualTo(new Resize.ShorterSide(256));
    assertThat(read(config, processor.formatted(384)).recipe().resize())
        .isEqualTo(new Resize.Exact(384, 384));
    assertThat(read(config, processor.formatted(384)).recipe().interpolation())
        .isEqualTo(Interpolation.BICUBIC);
  }

  @Test
  void dinoResizesTheShorterSide() throws IOException {
    FolderModel model =
        read(
            """
            {"model_type": "dinov2", "architectures": ["Dinov2ForImageClassification"],
             "image_size": 518, "patch_size": 14, "problem_type": "multi_label_classification",
             "hidden_size": 768, "id2label": {"0": "a"}}
            """,
            """
            {"image_processor_type": "BitImageProcessor", "crop_size": {"height": 224, "width": 224},
             "size": {"shortest_edge": 256}, "image_mean": [0.485, 0.456, 0.406],
             "image_std": [0.229, 0.224, 0.225], "rescale_factor": 0.00392156862745098}
            """);
    assertThat(model.network()).isEqualTo("dinov2-base");
    assertThat(model.recipe().resize()).isEqualTo(new Resize.ShorterSide(256));
    assertThat(model.recipe().width()).isEqualTo(224);
    assertThat(model.recipe().mean()).containsExactly(0.485f, 0.456f, 0.406f);
    assertThat(model.activation()).isEqualTo("sigmoid");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'do_resize': false|does not resize",
        "'do_pad': true|pads",
        "'resample': 1|Pillow's filter 1",
        "'size': {'shortest_edge': 224}|keeps the aspect ratio",
        "'size': {'longest_edge': 224}|its size is",
        "'size': {'height': 0, 'width': 4}|its size is",
        "'image_mean': [0.5, 0.5]|its image_mean is",
        "'crop_pct': 0.9|scales the crop",
        "'size': 256|of 224 pixels a side, not of 256 x 256",
      })
  void whatAProcessorDoesOtherwiseIsNamed(String settings, String words) throws IOException {
    String processor =
        "{\"image_processor_type\": \"ViTImageProcessor\", " + settings.replace('\'', '"') + "}";
    assertThat(refused(VIT, processor)).hasMessageContaining(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'model_type': 'mamba'|model_type mamba is not",
        "'model_type': 'vit', 'architectures': ['ViTModel']|is ViTModel, no image classifier",
        "'model_type': 'vit', 'hidden_size': 1280|has hidden_size 1280",
        "'model_type': 'vit', 'hidden_act': 'relu'|has hidden_act",
        "'model_type': 'vit', 'image_size': 512|of 224 or 384 pixels a side, not of 512",
        "'model_type': 'swin', 'image_size': 384|of 224 pixels a side, not of 384",
        "'model_type': 'vit', 'layer_norm_eps': 1e-5|has layer_norm_eps",
      })
  void whatANetworkHasOtherwiseIsNamed(String settings, String words) throws IOException {
    String processor = "{\"image_processor_type\": \"ViTImageProcessorFast\"}";
    assertThat(refused("{" + settings.replace('\'', '"') + "}", processor))
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{\"a\": 1, \"a\": 2}", "{"})
  void whatIsNoConfiguration(String config) throws IOException {
    assertThat(refused(config, "{}").reason()).isEqualTo(Reason.CORRUPT);
  }

  @Test
  void generalRecognition() throws IOException {
    Files.writeString(folder.resolve("meta_info.txt"), "0\t猫\tx\r\n1\t狗\r\n");
    FolderModel model = FolderModel.of(folder);
    assertThat(model.labels()).containsExactly("猫", "狗");
    assertThat(model.network()).isEqualTo("resnest101e");
    assertThat(model.recipe().resize()).isEqualTo(new Resize.ShorterSide(256));
    Files.writeString(folder.resolve("meta_info.txt"), "0\t猫\n狗\n");
    assertThat(catchThrowableOfType(ModelException.class, () -> FolderModel.of(folder)))
        .hasMessageContaining("line 2");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    assertThat(catchThrowableOfType(ModelException.class, () -> FolderModel.of(folder)))
        .hasMessageContaining("has no config.json");
    assertThat(
            catchThrowableOfType(
                ModelException.class, () -> FolderModel.of(folder.resolve("nothing"))))
        .hasMessageContaining("neither a folder nor a file");
    Files.delete(folder.resolve("model.safetensors"));
    assertThat(catchThrowableOfType(ModelException.class, () -> FolderModel.of(folder)))
        .hasMessageContaining("holds no weights");
  }

  @Test
  void weightsMayBeInParts() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    Path index = Files.createFile(folder.resolve("model.safetensors.index.json"));
    Files.createFile(folder.resolve("model-00001-of-00002.safetensors"));
    Files.createFile(folder.resolve("model-00002-of-00002.safetensors"));
    assertThat(read("{\"architecture\": \"resnet50\"}").weights()).isEqualTo(index);
  }
}
