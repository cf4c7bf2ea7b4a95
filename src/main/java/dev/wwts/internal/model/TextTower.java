package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.internal.model.script.ScriptCheck;
import dev.wwts.internal.tokenizer.Tokenizer;

/**
 * The text tower in a model file, checked as the file itself is: a TorchScript file within it, and
 * its tokenizer.
 *
 * @param network the bytes that LibTorch loads, a part of the file's content
 * @param tokenizer texts to ids
 * @param about what the manifest says of it
 * @param columns numbers of an embedding
 */
public record TextTower(
    ModelContent network, Tokenizer tokenizer, TextManifest about, int columns) {
  static TextTower read(Archive archive, Manifest manifest, TextManifest about, boolean trusted) {
    ModelContent network =
        archive.nested(about.network()).orElseThrow(() -> missing(archive, about.network()));
    Archive inner = Archive.of(network);
    if (inner.kind() != ArchiveKind.TORCHSCRIPT) {
      throw archive.corrupt("its text tower is no TorchScript", null);
    }
    inner.verify();
    Pickles.check(
        inner, network.size(), ScriptCheck.run(network.file().toString(), inner.code(), trusted));
    return new TextTower(
        network,
        new TextTokens(archive).tokenizer(about.tokens()),
        about,
        manifest.embedding().orElseThrow().length());
  }

  static ModelException missing(Archive archive, String entry) {
    return archive.corrupt("it has no entry extra/" + entry + " for its text tower", null);
  }

  /** How many different ids there are. */
  public int words() {
    return tokenizer.size();
  }

  /** The id that fills up a text. */
  public int pad() {
    return tokenizer.pad();
  }

  /** The ids of a text, as many as it reads. */
  public int[] ids(String text) {
    return tokenizer.ids(text, about.length());
  }
}
