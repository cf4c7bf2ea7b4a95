package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files whose text tower is not as their manifest says. */
class TextTowerFileTest extends TextCase {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "length": 6,          | "length": 1,            | BAD_MANIFEST | text.length
          "length": 6,          | "length": 513,          | BAD_MANIFEST | text.length
          "longest_word": 200   | "longest_word": 0       | BAD_MANIFEST | text.longest_word
          "logit_scale": 10.0   | "logit_scale": 0        | BAD_MANIFEST | text.logit_scale
          "logit_scale": 10.0   | "scale": 10.0           | BAD_MANIFEST | text.logit_scale
          "bert"                | "ernie"                 | BAD_MANIFEST | text.tokenizer
          "bert"                | "clip"                  | BAD_MANIFEST | text.merges
          "logit_scale": 10.0   | "logit_scale": 1, "activation": "none" | BAD_MANIFEST | text.activation
          "logit_scale": 10.0   | "logit_scale": 1, "logit_bias": "low"  | BAD_MANIFEST | text.logit_bias
          "text/network.pt"     | "text/other.pt"         | CORRUPT      | text/other.pt
          "text/network.pt"     | "text/vocabulary.txt"   | NOT_A_MODEL  | text.pt
          "text/vocabulary.txt" | "text/words.txt"        | CORRUPT      | text/words.txt
          "text/vocabulary.txt" | "wwts.json"             | BAD_LABELS   | vocabulary
          "length": 4,          | "length": 5,            | BAD_OUTPUT   | embedding
          "classes": 0          | "classes": 1            | BAD_LABELS   | 0 labels
          "text": {             | "words": {              | BAD_MANIFEST | output.classes
          """)
  void namesWhatIsWrong(String from, String to, Reason reason, String named) {
    String manifest = ModelFiles.TEXT_MANIFEST.replace(from, to);
    assertThat(manifest).isNotEqualTo(ModelFiles.TEXT_MANIFEST);
    Path file = ModelFiles.texts(folder, manifest, "y.sum(1)", String.join("\n", ModelFiles.WORDS));

    assertThatThrownBy(() -> Recognizer.load(file).close())
        .satisfies(reason(reason))
        .hasMessageContaining(named.equals("text.pt") ? file.toString() : named);
  }

  /** A vocabulary of pairs that is none, or whose ids are nothing's. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [                   | "pad": 0  | BAD_LABELS   | not JSON
          {"a": "b"}          | "pad": 0  | BAD_LABELS   | no list of texts
          [1]                 | "pad": 0  | BAD_LABELS   | no list of texts
          ["a", "b"]          | "pad": 0  | BAD_LABELS   | <0x00>
          ["a", "b"]          | "pad": -1 | BAD_MANIFEST | text.pad
          ["a", "b"]          | "pad": 0, "start": 0.5 | BAD_MANIFEST | text.start
          """)
  void namesWhatIsWrongWithPairs(String vocabulary, String pad, Reason reason, String named) {
    String manifest =
        ModelFiles.TEXT_MANIFEST
            .replace("\"bert\"", "\"gemma\"")
            .replace(
                "\"longest_word\": 200",
                "\"merges\": \"labels.txt\", \"lowercase\": true, \"end\": 1, \"added_tokens\": [], \"normalised_tokens\": [], "
                    + pad);
    Path file = ModelFiles.texts(folder, manifest, "y.sum(1)", vocabulary);

    assertThatThrownBy(() -> Recognizer.load(file).close())
        .satisfies(reason(reason))
        .hasMessageContaining(named);
  }

  /** More words than rows, another shape, no numbers: at load, not at the first rare text. */
  @ParameterizedTest
  @CsvSource({
    "y.sum(1), '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\ne'",
    "y.sum(1), '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\na\nb\nb\nc'",
    "y, '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]'",
    "'y.sum(1)[:1]', '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]'",
    "x, '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]'",
    "y.sum(1) / 0, '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]'"
  })
  void aTowerThatGivesAnythingElseIsRefusedAtLoad(String sum, String words) {
    Path file = ModelFiles.texts(folder, ModelFiles.TEXT_MANIFEST, sum, words);

    assertThatThrownBy(() -> Recognizer.load(file).close()).satisfies(reason(Reason.BAD_OUTPUT));
  }

  /** Whole by the checksum of the file around it, and no file itself. */
  @ParameterizedTest
  @CsvSource({"0, NOT_A_MODEL", "30, NOT_A_MODEL", "0.5, NOT_A_MODEL", "-1, CORRUPT"})
  void aTowersFileThatIsCutOffOrPaddedIsRefused(double part, Reason reason) {
    Path whole = ModelFiles.texts(folder);
    Map<String, byte[]> entries = ModelFiles.entries(whole);
    String tower =
        entries.keySet().stream().filter(it -> it.endsWith("network.pt")).findFirst().orElseThrow();
    byte[] bytes = Objects.requireNonNull(entries.get(tower));
    int length = (int) (part < 0 ? bytes.length + 1 : part < 1 ? bytes.length * part : part);
    entries.put(tower, Arrays.copyOf(bytes, length));
    Path cut = ModelFiles.zip(folder.resolve("cut.pt"), entries);

    assertThatThrownBy(() -> Recognizer.load(cut).close()).satisfies(reason(reason));
  }

  @Test
  void theTowersRecordsAreAsLongAsItsPickleSays() {
    Path whole = ModelFiles.texts(folder);
    Map<String, byte[]> entries = ModelFiles.entries(whole);
    String tower =
        entries.keySet().stream().filter(it -> it.endsWith("network.pt")).findFirst().orElseThrow();
    Map<String, byte[]> inner = ModelFiles.entries(folder.resolve("words.pt"));
    inner.replaceAll((name, bytes) -> name.endsWith("data/0") ? Arrays.copyOf(bytes, 4) : bytes);
    entries.put(tower, read(ModelFiles.zip(folder.resolve("short.pt"), inner)));
    Path file = ModelFiles.zip(folder.resolve("bad.pt"), entries);

    assertThatThrownBy(() -> Recognizer.load(file).close()).satisfies(reason(Reason.CORRUPT));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theTowersCodeIsCheckedLikeTheNetworks() {
    Path file =
        ModelFiles.texts(
            folder,
            ModelFiles.TEXT_MANIFEST,
            "torch.from_file('/etc/passwd', False, 4, dtype=6).expand([x.size(0), 4])",
            String.join("\n", ModelFiles.WORDS));

    assertThatThrownBy(() -> Recognizer.load(file).close()).satisfies(reason(Reason.UNTRUSTED));
  }
}
