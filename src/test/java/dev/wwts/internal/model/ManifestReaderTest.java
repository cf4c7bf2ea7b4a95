package dev.wwts.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.ModelFiles;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.model.Manifest.DType;
import dev.wwts.internal.model.Manifest.Output;
import dev.wwts.internal.model.Manifest.Size;
import dev.wwts.internal.model.Recipe.Resize;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Manifests as text: what is read, and which field a refusal names. */
class ManifestReaderTest {
  private static Manifest read(String json) {
    return ManifestReader.read(json.getBytes(StandardCharsets.UTF_8), "m.pt");
  }

  @Test
  void fieldsBecomeValuesAndThoseThatMayBeMissingHaveTheirs() {
    Manifest manifest = read(ModelFiles.MANIFEST);

    assertThat(manifest.name()).isEqualTo("tiny");
    assertThat(manifest.size()).isEqualTo(Size.SMALL);
    assertThat(manifest.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(manifest.output())
        .isEqualTo(new Output(3, Activation.SOFTMAX, 0, Optional.empty(), Optional.empty()));
    assertThat(manifest.input().resize()).isEqualTo(new Resize.ShorterSide(8));
    assertThat(manifest.input().std()).isEqualTo(List.of(1f, 1f, 1f));
    assertThat(manifest.trained()).isTrue();
    assertThat(manifest.license()).isEmpty();
    assertThat(manifest.selfTest()).isEmpty();
    assertThat(manifest.compiled()).isEmpty();
  }

  @Test
  void aByteOrderMarkAndUnknownFieldsAreNoFault() {
    String json = ModelFiles.MANIFEST.replace("\"family\"", "\"later\": [1], \"family\"");

    assertThat(read("\uFEFF" + json)).isEqualTo(read(ModelFiles.MANIFEST));
  }

  @Test
  void whatIsNotUtf8IsToldSo() {
    byte[] latin =
        ModelFiles.MANIFEST.replace("tiny", "t\u00fcny").getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> ManifestReader.read(latin, "m.pt"))
        .isInstanceOf(ModelException.class)
        .hasMessage("m.pt: the manifest is not UTF-8.");
  }

  @Test
  void thresholdsAndRootsAreOfFormat2() {
    String json =
        ModelFiles.MANIFEST.replace(
            "\"softmax\"", "\"softmax\", \"thresholds\": \"t.txt\", \"roots\": \"r.txt\"");

    assertThat(read(json)).isEqualTo(read(ModelFiles.MANIFEST));
    Output output = read(json.replace("\"format\": 1", "\"format\": 2")).output();
    assertThat(output.thresholds()).contains("t.txt");
    assertThat(output.roots()).contains("r.txt");
    assertThatThrownBy(
            () ->
                read(
                    json.replace("\"format\": 1", "\"format\": 2")
                        .replace("\"threshold\": 0.0", "\"threshold\": 0.5")))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("output.threshold must be 0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "format": 1            | "format": 3             | NEWER_FORMAT | format 3
          "format": 1            | "format": "1"           | BAD_MANIFEST | format
          "name": "tiny"         | "name": ""              | BAD_MANIFEST | name
          "size": "small"        | "size": "huge"          | BAD_MANIFEST | small, base, large
          "width": 8             | "width": 0              | BAD_MANIFEST | input.width
          "width": 8             | "width": 9              | BAD_MANIFEST | input.resize.size
          "bilinear"             | "lanczos"               | BAD_MANIFEST | input.interpolation
          "antialias": true      | "antialias": false      | BAD_MANIFEST | input.antialias
          "std": [1, 1, 1]       | "std": [1, 0, 1]        | BAD_MANIFEST | input.std
          "mean": [0, 0, 0]      | "mean": [0, 0]          | BAD_MANIFEST | input.mean
          "classes": 3           | "classes": 2.5          | BAD_MANIFEST | output.classes
          "threshold": 0.0       | "threshold": 2          | BAD_MANIFEST | output.threshold
          "family": "test",      | "family": "test", "selftest": {"pictures": ["a"], "logits": "b", "tolerance": 0}, | BAD_MANIFEST | selftest.tolerance
          "output"               | "outputs"               | BAD_MANIFEST | output
          "name": "tiny"         | "name": "a\\u001b[2J"   | BAD_MANIFEST | name
          "name": "tiny"         | "name": "\\u3000"       | BAD_MANIFEST | name
          "size": "small"        | "size": "\\n\\u001bc"   | BAD_MANIFEST | small, base, large
          "family"               | "license": "a\\nb", "family"  | BAD_MANIFEST | license
          "family"               | "source": "\\u202eb", "family" | BAD_MANIFEST | source
          "family": "test",      | "family": "test",,      | BAD_MANIFEST | JSON
          "family": "test",      | "name": "b",            | BAD_MANIFEST | JSON
          """)
  void namesTheFieldThatIsWrong(String from, String to, Reason reason, String named) {
    assertThatThrownBy(() -> read(ModelFiles.MANIFEST.replace(from, to)))
        .isInstanceOfSatisfying(ModelException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(named)
        .hasMessageStartingWith("m.pt: ")
        .hasMessageMatching("[^\\p{Cntrl}]{1,300}");
  }
}
