package dev.wwts.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.PictureException;
import dev.wwts.Recognizer;
import dev.wwts.internal.text.Printable;
import dev.wwts.sheet.Clusters;
import dev.wwts.sheet.ContactSheet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wwts cluster}: what is alike in a folder of pictures, and a page to look at it. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = "Groups pictures that are alike, and writes a page of them.")
final class Cluster implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = PictureFiles.INPUTS,
      description = PictureFiles.DESCRIPTION)
  private List<Path> inputs = new ArrayList<>();

  @Option(
      names = "--threshold",
      paramLabel = "X",
      defaultValue = "0.5",
      description =
          "The least average similarity of two parts of a group, -1 to 1 (default: ${DEFAULT-VALUE}).")
  private double threshold;

  @Option(
      names = "--out",
      paramLabel = "SHEET.html",
      description = "The page: small pictures by group in one file, which needs no network.")
  private @Nullable Path out;

  @Mixin private EmbeddingOptions model = new EmbeddingOptions();

  @Mixin private Output output = new Output();

  private int failed;

  @Override
  public Integer call() {
    if (!(threshold >= -1 && threshold <= 1)) {
      throw new IllegalArgumentException("--threshold is -1 to 1, not " + threshold + ".");
    }
    Path file = model.file();
    if (out != null) {
      PictureFiles.requireOut(out, file);
    }
    List<LabelledPicture> pictures = LabelledPicture.of("", inputs);
    Clusters.require(pictures.size()); // before an hour of them is looked at
    List<EmbeddedPicture> embedded;
    try (Recognizer recognizer = model.load()) {
      embedded = EmbeddedPicture.of(pictures, recognizer, this::refused);
    }
    List<List<Path>> groups =
        Clusters.of(embedded.stream().map(EmbeddedPicture::embedding).toList(), threshold).stream()
            .map(group -> group.stream().map(it -> embedded.get(it).picture().file()).toList())
            .toList();
    groups.forEach(this::tell);
    if (out != null) {
      write(out, groups, embedded.size());
    }
    return failed == 0 ? Wwts.OK : Wwts.FAILED;
  }

  private void refused(Path file, PictureException cause) {
    failed++;
    output.leftOut(file, cause);
  }

  private void tell(List<Path> group) {
    if (output.isJson()) {
      ObjectNode object = Output.object();
      ArrayNode files = object.putArray("files");
      group.forEach(it -> files.add(FileNames.text(it)));
      output.out().println(JsonReport.line(object));
    } else if (group.size() > 1) {
      output.say("[RESULT] %d 张相似:", group.size());
      group.forEach(it -> output.say("- %s", Printable.line(FileNames.text(it))));
    }
  }

  private void write(Path page, List<List<Path>> groups, int pictures) {
    long alone = groups.stream().filter(it -> it.size() == 1).count();
    String title = "%d 张图片，%d 组，%d 张单独".formatted(pictures, groups.size() - alone, alone);
    List<List<ContactSheet.Entry>> entries =
        groups.stream().map(group -> group.stream().map(Cluster::entry).toList()).toList();
    try (ProgressBar bar = PictureFiles.progress(pictures)) {
      ContactSheet.write(page, title, entries, it -> bar.step());
    }
    output.say("[INFO] %s，已写入 %s", title, Printable.line(FileNames.text(page)));
  }

  private static ContactSheet.Entry entry(Path file) {
    return new ContactSheet.Entry(file, FileNames.text(file.getFileName()));
  }
}
