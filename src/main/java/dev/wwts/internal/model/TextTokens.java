package dev.wwts.internal.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.text.Printable;
import dev.wwts.internal.tokenizer.BertTokenizer;
import dev.wwts.internal.tokenizer.BytePairs;
import dev.wwts.internal.tokenizer.PairTokenizer;
import dev.wwts.internal.tokenizer.Tokenizer;
import dev.wwts.internal.tokenizer.Vocabulary;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the entries of a text tower's tokenizer. */
record TextTokens(Archive archive) {
  /** Gemma's pieces and pairs have 4 and 8 MB. */
  private static final long MOST_VOCABULARY = 16 << 20;

  private static final int MOST_WORDS = 1_000_000;
  private static final JsonMapper JSON = new JsonMapper();

  Tokenizer tokenizer(TextManifest.Tokens tokens) {
    String text = text(tokens.vocabulary());
    if (text.chars().filter(it -> it == '\n' || it == '\r').count() > MOST_WORDS) {
      throw bad("has more than " + MOST_WORDS + " words", null);
    }
    try {
      return tokens instanceof TextManifest.Pairs pairs
          ? new PairTokenizer(
              new BytePairs(pieces(text), text(pairs.merges()).lines().toList()),
              pairs.style(),
              pairs.special())
          : new BertTokenizer(Vocabulary.of(text), ((TextManifest.Bert) tokens).longestWord());
    } catch (IllegalArgumentException e) {
      throw bad("is not one: " + Printable.line(String.valueOf(e.getMessage()), 120), e);
    }
  }

  private List<String> pieces(String json) {
    try {
      List<String> pieces = new ArrayList<>();
      JsonNode list = JSON.readTree(json);
      for (JsonNode piece : list) {
        pieces.add(list.isArray() && piece.isTextual() ? piece.textValue() : "");
      }
      if (pieces.contains("")) {
        throw bad("is no list of texts", null);
      }
      return pieces;
    } catch (JsonProcessingException e) {
      throw bad("is not JSON", e);
    }
  }

  private String text(String entry) {
    byte[] utf8 =
        archive.extra(entry, MOST_VOCABULARY).orElseThrow(() -> TextTower.missing(archive, entry));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw bad("is not UTF-8", e);
    }
  }

  private ModelException bad(String fault, @Nullable Exception cause) {
    String message = archive.file() + ": the text tower's vocabulary " + fault + ".";
    return cause == null
        ? new ModelException(Reason.BAD_LABELS, message)
        : new ModelException(Reason.BAD_LABELS, message, cause);
  }
}
