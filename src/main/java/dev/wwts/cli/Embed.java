package dev.wwts.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Recognizer;
import dev.wwts.internal.text.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
  @Parameters(
      arity = "0..*",
      paramLabel = PictureFiles.INPUTS,
      description = PictureFiles.DESCRIPTION)
  private List<Path> inputs = new ArrayList<>();

  @Option(
      names = "--text",
      paramLabel = "TEXT",
      description = "A text; the model must know texts (chinese-clip). May be repeated.")
  private List<String> texts = new ArrayList<>();

  @Mixin private EmbeddingOptions model = new EmbeddingOptions();

  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    if (inputs.isEmpty() && texts.isEmpty()) {
      throw new IllegalArgumentException("Say what to embed: pictures, or --text.");
    }
    List<LabelledPicture> pictures = inputs.isEmpty() ? List.of() : LabelledPicture.of("", inputs);
    int failed = 0;
    try (Recognizer recognizer = model.load()) {
      for (LabelledPicture it : pictures) {
        try {
          tell(
              Output.object(it.file()),
              "图像: " + FileNames.text(it.file()),
              recognizer.embed(Picture.of(it.file())));
        } catch (PictureException e) {
          failed++;
          output.refused(it.file(), e);
        }
        Console.requireLog();
      }
      List<float[]> ofTexts = recognizer.embedTexts(texts);
      for (int i = 0; i < ofTexts.size(); i++) {
        String text = texts.get(i);
        tell(Output.object().put("text", text), "文本: " + text, ofTexts.get(i));
      }
    }
    return failed == 0 ? Wwts.OK : Wwts.FAILED;
  }

  private void tell(ObjectNode object, String what, float[] vector) {
    ArrayNode numbers = object.putArray("embedding");
    StringBuilder text = new StringBuilder("[INFO] 正在处理");
    text.append(Printable.line(what)).append(System.lineSeparator());
    text.append("[RESULT] 向量 (").append(vector.length).append("):");
    for (float value : vector) {
      numbers.add(value);
      text.append(' ').append(value);
    }
    output.tell(object, text.toString());
  }
}
