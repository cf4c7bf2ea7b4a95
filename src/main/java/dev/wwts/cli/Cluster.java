package dev.wwts.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.PictureException;
import dev.wwts.Recognizer;
import dev.wwts.internal.text.Printable;
import dev.wwts.sheet.Clusters;
import dev.wwts.sheet.ContactSheet;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wwts cluster}: what is alike in a folder of pictures, and a page to look at it. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = "Groups pictures that are alike, and writes a page of them.")
final class Cluster implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "PICTURE|FOLDER",
      description = "Pictures, or folders whose .jpg .png .webp .gif .bmp files are taken.")
  private List<Path> inputs = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "M.pt|NAME",
      description =
          "The model file, or a pulled model's name, exported with --embedding; models/default.pt if not given.")
  private @Nullable Path model;

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

  @Option(names = "--json", description = "One JSON object a group on stdout, nothing else.")
  private boolean json;

  @Mixin private ModelOptions options = new ModelOptions();

  private int failed;

  @Override
  public Integer call() {
    if (!(threshold >= -1 && threshold <= 1)) {
      throw new IllegalArgumentException("--threshold is -1 to 1, not " + threshold + ".");
    }
    Path file = options.model(model);
    if (out != null) {
      PictureFiles.requireOut(out, file);
    }
    List<LabelledPicture> pictures = LabelledPicture.of("", inputs);
    Clusters.require(pictures.size()); // before an hour of them is looked at
    List<EmbeddedPicture> embedded;
    try (Recognizer recognizer = options.builder(file).load()) {
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
    PrintWriter err = spec.commandLine().getErr();
    err.println("[ERROR] " + Printable.line(FileNames.message(cause, List.of(file))));
  }

  private void tell(List<Path> group) {
    PrintWriter to = spec.commandLine().getOut();
    if (json) {
      ObjectNode object = GalleryOptions.object();
      ArrayNode files = object.putArray("files");
      group.forEach(it -> files.add(FileNames.text(it)));
      to.println(JsonReport.line(object));
    } else if (group.size() > 1) {
      to.println("[RESULT] %d 张相似:".formatted(group.size()));
      group.forEach(it -> to.println("- " + Printable.line(FileNames.text(it))));
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
    if (!json) {
      String file = Printable.line(FileNames.text(page));
      spec.commandLine().getOut().println("[INFO] " + title + "，已写入 " + file);
    }
  }

  private static ContactSheet.Entry entry(Path file) {
    return new ContactSheet.Entry(file, FileNames.text(file.getFileName()));
  }
}
