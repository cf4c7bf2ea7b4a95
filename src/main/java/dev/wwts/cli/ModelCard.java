package dev.wwts.cli;

import dev.wwts.internal.model.Manifest;
import dev.wwts.train.Examples;
import dev.wwts.train.HeadTrainer.Trained;
import java.util.Arrays;
import java.util.Locale;

/** What a model of one's own is, for people. */
record ModelCard(String name, Manifest base, Examples examples, Trained trained) {
  /** Markdown. */
  String text() {
    int[] counts = examples.counts();
    return String.format(
        Locale.ROOT,
        """
        # %s

        A last layer trained by `wwts train-head` on the embeddings of %s%s: logistic regression, %d rounds.

        - Trained on %d pictures of %d labels, %d to %d of a label; the pictures' rights are their owners'.
        - Of %d of them, held out from another training, %.1f %% were named rightly; their nearest example named %.1f %%.
        - It has a name for everything: what is none of its labels gets one of them. A threshold (`--threshold`) leaves such pictures out, as far as their confidences differ.
        - The network's licence: %s%s.
        """,
        name,
        base.name(),
        base.source().isEmpty() ? "" : " (" + base.source() + ")",
        trained.rounds(),
        examples.size(),
        counts.length,
        Arrays.stream(counts).min().orElse(0),
        Arrays.stream(counts).max().orElse(0),
        trained.heldOut(),
        100 * trained.accuracy(),
        100 * trained.nearest(),
        base.license().isEmpty() ? "not told" : base.license(),
        base.attribution().isEmpty() ? "" : "; " + base.attribution());
  }
}
