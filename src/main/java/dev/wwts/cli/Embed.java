package dev.wwts.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Recognizer;
import dev.wwts.internal.text.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wwts embed}: what pictures and texts are like, as numbers. */
@Command(
    name = "embed",
    mixinStandardHelpOptions = true,
    description =
        "Prints the embeddings of pictures and texts, of length 1: the product of two is their similarity.",
    footer = {
      "",
      "With --json each is one line on stdout, and nothing else is:",
      "  {\"file\":…,\"embedding\":[…]}",
      "  {\"text\":…,\"embedding\":[…]}",
      "  {\"file\":…,\"error\":{\"type\":…,\"message\":…}}"
    })
final class Embed implements Callable<Integer> {
  private static final JsonMapper JSON = new JsonMapper();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..*",
      paramLabel = "PICTURE|FOLDER",
      description = "Pictures, or folders whose pictures are taken.")
  private List<Path> inputs = new ArrayList<>();

  @Option(
      names = "--text",
      paramLabel = "TEXT",
      description = "A text; the model must know texts (chinese-clip). May be repeated.")
  private List<String> texts = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "M.pt|NAME",
      description =
          "The model file, or a pulled model's name, exported with --embedding; models/default.pt if not given.")
  private @Nullable Path model;

  @Option(names = "--json", description = "JSON objects on stdout, one a line, nothing else.")
  private boolean json;

  @Mixin private ModelOptions options = new ModelOptions();

  @Override
  public Integer call() {
    if (inputs.isEmpty() && texts.isEmpty()) {
      throw new IllegalArgumentException("Say what to embed: pictures, or --text.");
    }
    List<LabelledPicture> pictures = inputs.isEmpty() ? List.of() : LabelledPicture.of("", inputs);
    int failed = 0;
    try (Recognizer recognizer = options.builder(options.model(model)).load()) {
      for (LabelledPicture it : pictures) {
        try {
          tell(
              JSON.createObjectNode().put("file", FileNames.text(it.file())),
              "图像: " + FileNames.text(it.file()),
              recognizer.embed(Picture.of(it.file())));
        } catch (PictureException e) {
          failed++;
          refused(it.file(), e);
        }
        Console.requireLog();
      }
      List<float[]> ofTexts = recognizer.embedTexts(texts);
      for (int i = 0; i < ofTexts.size(); i++) {
        String text = texts.get(i);
        tell(JSON.createObjectNode().put("text", text), "文本: " + text, ofTexts.get(i));
      }
    }
    return failed == 0 ? Wwts.OK : Wwts.FAILED;
  }

  private void tell(ObjectNode object, String what, float[] vector) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ArrayNode numbers = object.putArray("embedding");
      for (float value : vector) {
        numbers.add(value);
      }
      out.println(JsonReport.line(object));
      return;
    }
    out.println("[INFO] 正在处理" + Printable.line(what));
    StringBuilder line = new StringBuilder("[RESULT] 向量 (" + vector.length + "):");
    for (float value : vector) {
      line.append(' ').append(value);
    }
    out.println(line);
  }

  private void refused(Path file, PictureException cause) {
    if (json) {
      spec.commandLine().getOut().println(JsonReport.line(JsonReport.refusal(file, cause)));
    } else {
      PrintWriter err = spec.commandLine().getErr();
      err.println("[ERROR] " + Printable.line(FileNames.message(cause, List.of(file))));
    }
  }
}
