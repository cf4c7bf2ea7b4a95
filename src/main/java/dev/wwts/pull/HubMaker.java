package dev.wwts.pull;

import dev.wwts.convert.Conversion;
import dev.wwts.convert.ConversionSpec.Texts;
import dev.wwts.convert.folder.FolderModel;
import java.nio.file.Path;
import java.util.List;

/**
 * Hands a hub's files to the converter.
 *
 * @param listener is told what of them is of no use
 */
record HubMaker(PullListener listener) implements HubPuller.Maker {
  @Override
  public void require(Path weights) {
    FolderModel.withWeights(weights);
  }

  @Override
  public void make(Path weights, String name, Texts texts, List<String> labels, Path out) {
    Conversion conversion = Conversion.of(weights).named(name).describedBy(texts);
    if (!labels.isEmpty()) {
      conversion = conversion.labelled(labels);
    }
    conversion.remark().ifPresent(listener::say);
    conversion.write(out);
  }
}
