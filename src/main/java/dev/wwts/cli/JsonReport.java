package dev.wwts.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Answer;
import dev.wwts.ModelInfo;
import dev.wwts.PictureException;
import dev.wwts.Recognition;
import dev.wwts.Timings;
import dev.wwts.internal.text.Printable;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** For programs: one JSON object a line. */
final class JsonReport implements Report {
  private static final JsonMapper JSON = new JsonMapper();

  private final Output output;

  JsonReport(Output output) {
    this.output = output;
  }

  @Override
  public void loading() {}

  @Override
  public void loaded(ModelInfo model, long nanos) {
    if (!model.trained()) {
      output
          .err()
          .println(
              "[WARN] "
                  + Printable.line(model.name())
                  + " has random weights: for benchmarks only.");
    }
  }

  @Override
  public void recognized(Path picture, String model, Answer.Recognized answer) {
    ObjectNode object = Output.object(picture);
    if (!model.isEmpty()) {
      object.put("model", model);
    }
    add(object.putArray("results"), answer.results());
    if (!answer.tags().isEmpty()) {
      add(object.putArray("tags"), answer.tags());
    }
    Timings timings = answer.timings();
    ObjectNode millis = object.putObject("millis").put("decode", Timings.millis(timings.decode()));
    if (timings.upload() > 0) {
      millis
          .put("upload", Timings.millis(timings.upload()))
          .put("download", Timings.millis(timings.download()));
    }
    millis
        .put("preprocess", Timings.millis(timings.preprocess()))
        .put("forward", Timings.millis(timings.forward()))
        .put("rank", Timings.millis(timings.rank()))
        .put("total", Timings.millis(timings.total()));
    print(object);
  }

  private static void add(ArrayNode array, List<Recognition> classes) {
    for (Recognition it : classes) {
      ObjectNode object =
          array
              .addObject()
              .put("index", it.index())
              .put("label", it.label())
              .put("confidence", it.confidence());
      if (!it.root().isEmpty()) {
        object.put("root", it.root());
      }
    }
  }

  @Override
  public void refused(Path picture, PictureException cause) {
    print(refusal(picture, cause));
  }

  /** What is told of a picture that can't be read. */
  static ObjectNode refusal(Path picture, PictureException cause) {
    ObjectNode object = Output.object(picture);
    object
        .putObject("error")
        .put("type", cause.reason().name())
        .put("message", FileNames.message(cause, List.of(picture)));
    return object;
  }

  private void print(ObjectNode object) {
    output.out().println(line(object));
  }

  /** An object on one line. */
  static String line(ObjectNode object) {
    try {
      return bytesEscaped(JSON.writeValueAsString(object));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of JSON nodes can always be written.", e);
    }
  }

  /** Bytes of a file name that are no UTF-8: no encoder would write them. */
  private static String bytesEscaped(String json) {
    return json.codePoints().noneMatch(FileNames::isByte)
        ? json
        : json.codePoints()
            .mapToObj(c -> FileNames.isByte(c) ? "\\u%04x".formatted(c) : Character.toString(c))
            .collect(Collectors.joining());
  }
}
