package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.script.ScriptCheck;
import dev.wwts.internal.text.Printable;
import dev.wwts.internal.tokenizer.BertTokenizer;
import dev.wwts.internal.tokenizer.Vocabulary;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The text tower in a model file, checked as the file itself is: a TorchScript file within it, and
 * the words of its tokenizer.
 *
 * @param network the bytes that LibTorch loads, a part of the file's content
 * @param tokenizer texts to ids
 * @param words how many ids there are
 * @param pad the one that fills up
 * @param length ids of a text
 * @param columns numbers of an embedding
 * @param scale what makes a logit of a product of embeddings
 */
public record TextTower(
    ModelContent network,
    BertTokenizer tokenizer,
    int words,
    int pad,
    int length,
    int columns,
    double scale) {
  /** BERT's multilingual one has 1 MB, and 120,000 words. */
  private static final long MOST_VOCABULARY = 8 << 20;

  private static final int MOST_WORDS = 1_000_000;

  static TextTower read(Archive archive, Manifest manifest, Manifest.Text text, boolean trusted) {
    ModelContent network =
        archive.nested(text.network()).orElseThrow(() -> missing(archive, text.network()));
    Archive inner = Archive.of(network);
    if (inner.kind() != ArchiveKind.TORCHSCRIPT) {
      throw archive.corrupt("its text tower is no TorchScript", null);
    }
    inner.verify();
    Pickles.check(
        inner, network.size(), ScriptCheck.run(network.file().toString(), inner.code(), trusted));
    Vocabulary vocabulary = vocabulary(archive, text.vocabulary());
    return new TextTower(
        network,
        new BertTokenizer(vocabulary, text.longestWord()),
        vocabulary.size(),
        vocabulary.pad(),
        text.length(),
        manifest.embedding().orElseThrow().length(),
        text.scale());
  }

  private static Vocabulary vocabulary(Archive archive, String entry) {
    byte[] utf8 = archive.extra(entry, MOST_VOCABULARY).orElseThrow(() -> missing(archive, entry));
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      if (text.chars().filter(it -> it == '\n' || it == '\r').count() > MOST_WORDS) {
        throw bad(archive, "has more than " + MOST_WORDS + " words", null);
      }
      return Vocabulary.of(text);
    } catch (CharacterCodingException e) {
      throw bad(archive, "is not UTF-8", e);
    } catch (IllegalArgumentException e) {
      throw bad(archive, "is not one: " + Printable.line(String.valueOf(e.getMessage()), 120), e);
    }
  }

  private static ModelException bad(Archive archive, String fault, @Nullable Exception cause) {
    String message = archive.file() + ": the text tower's vocabulary " + fault + ".";
    return cause == null
        ? new ModelException(Reason.BAD_LABELS, message)
        : new ModelException(Reason.BAD_LABELS, message, cause);
  }

  private static ModelException missing(Archive archive, String entry) {
    return archive.corrupt("it has no entry extra/" + entry + " for its text tower", null);
  }

  /** The ids of a text, without those that only fill it up. */
  public int[] ids(String text) {
    int[] ids = tokenizer.ids(text, length);
    int end = ids.length;
    while (ids[end - 1] == pad) {
      end--;
    }
    return Arrays.copyOf(ids, end);
  }
}
