package dev.wwts.pull;

import dev.wwts.convert.ConversionSpec;
import dev.wwts.convert.ConversionSpec.Normalization;
import dev.wwts.convert.ConversionSpec.Preprocessing;
import dev.wwts.convert.ConversionSpec.SelfTestSpec;
import dev.wwts.convert.ConversionSpec.Texts;
import dev.wwts.convert.TfliteConverter;
import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.pull.CatalogueEntry.Input;
import java.nio.file.Path;
import java.util.Optional;

/** Hands a fetched TensorFlow Lite file and what the catalogue says of it to the converter. */
final class TfliteMaker {
  private TfliteMaker() {}

  static void make(CatalogueEntry entry, Path source, Path out) {
    Input input = entry.input();
    ConversionSpec spec =
        new ConversionSpec(
            entry.name(),
            Catalogue.labels(entry),
            new Preprocessing(
                Optional.of(new Resize.ShorterSide(input.resize())),
                Interpolation.BILINEAR,
                Optional.of(new Normalization(input.mean(), input.std()))),
            new SelfTestSpec(
                Catalogue.pictures(entry), Catalogue.logits(entry), entry.selfTest().reference()),
            new Texts(entry.version(), entry.provenance(), entry.license(), entry.attribution()));
    TfliteConverter.convert(source, spec, out);
  }
}
