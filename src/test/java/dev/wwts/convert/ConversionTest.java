package dev.wwts.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.Kit;
import dev.wwts.ModelException;
import dev.wwts.ModelFiles;
import dev.wwts.Recognizer;
import dev.wwts.convert.ConversionSpec.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A downloaded folder becomes the file that the exporter makes of the same weights. */
class ConversionTest {
  private static final String CONFIG =
      """
      {"architecture": "mobilenetv2_100", "num_classes": 1000, "model_args": {"pad_type": "same"},
       "pretrained_cfg": {"input_size": [3, 224, 224], "interpolation": "bilinear",
        "crop_pct": 0.875, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}
      """;

  @TempDir private Path folder;

  private Path kitsFolder() throws IOException {
    Path weights = Kit.folder().resolve("weights/mobilenetv2_100_imagenet.safetensors");
    Files.copy(weights, folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("config.json"), CONFIG);
    return folder;
  }

  @Test
  void theKitsWeightsAreConverted() throws IOException {
    Conversion conversion = Conversion.of(kitsFolder());
    assertThat(conversion.classes()).isEqualTo(1000);
    assertThat(conversion.remark()).isEmpty();
    Path out = folder.resolve("out.pt");
    conversion.named("photos").describedBy(new Texts("", "hub", "Apache-2.0", "")).write(out);
    try (Recognizer recognizer = Recognizer.load(out)) {
      assertThat(recognizer.verify().passed()).isTrue();
      assertThat(recognizer.recognize(Kit.folder().resolve("photos/coffee.jpg")).get(0).label())
          .isEqualTo("浓缩咖啡");
    }
  }

  @Test
  void theKitsWeightsMakeTheExportersFile() throws IOException {
    Map<String, byte[]> expected = ModelFiles.entries(Kit.mobileNetWithFeatures());
    Path out = folder.resolve("out.pt");
    Conversion.of(kitsFolder()).write(out);
    Map<String, byte[]> filled = ModelFiles.entries(out);
    expected.keySet().removeIf(ConversionTest::isOfTheFile);
    filled.keySet().removeIf(ConversionTest::isOfTheFile);
    assertThat(filled).hasSameSizeAs(expected);
    expected.forEach((name, bytes) -> assertThat(filled.get(name)).as(name).isEqualTo(bytes));
  }

  /** Not of its network; nothing reads the id, which torch makes of the file's bytes. */
  private static boolean isOfTheFile(String name) {
    return name.startsWith("model/extra/") || name.endsWith("serialization_id");
  }

  @Test
  void labelsMustBeAsMany() throws IOException {
    Conversion conversion = Conversion.of(kitsFolder());
    Path out = folder.resolve("out.pt");
    ModelException e =
        catchThrowableOfType(
            ModelException.class, () -> conversion.labelled(List.of("a", "b")).write(out));
    assertThat(e).hasMessageContaining("has 1000 classes, but there are 2 labels");
    assertThat(out).doesNotExist();
  }

  @Test
  void whatNoManifestMaySayIsRefusedBeforeAPictureIsCut() throws IOException {
    Path kits = kitsFolder();
    for (String cropped : List.of("5", "1.001", "1e-9", "1e30")) {
      Files.writeString(kits.resolve("config.json"), CONFIG.replace("0.875", cropped));
      Conversion conversion = Conversion.of(kits);
      ModelException e =
          catchThrowableOfType(
              ModelException.class, () -> conversion.write(folder.resolve("out.pt")));
      assertThat(e).as(cropped).hasMessageContaining("model.safetensors: ");
      assertThat(e).hasMessageContaining("input.resize.size");
    }
  }

  @Test
  void weightsOfAnotherNetworkAreNamed() throws IOException {
    Path kits = kitsFolder();
    Files.writeString(
        kits.resolve("config.json"),
        CONFIG.replace("mobilenetv2_100", "mobilenetv2_050").replace("\"pad_type\": \"same\"", ""));
    ModelException e = catchThrowableOfType(ModelException.class, () -> Conversion.of(kits));
    assertThat(e).hasMessageContaining("is of another network: with another conv_stem.weight");
    assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(300);
  }
}
