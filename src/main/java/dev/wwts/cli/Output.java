package dev.wwts.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.PictureException;
import dev.wwts.internal.text.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a command tells what it found: to people by sentences, to programs by JSON. */
final class Output {
  private static final JsonMapper JSON = new JsonMapper();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--json",
      description = "JSON on stdout, nothing else; of several objects each on a line.")
  private boolean json;

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static ObjectNode object(Path file) {
    return object().put("file", FileNames.text(file));
  }

  boolean isJson() {
    return json;
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Tells a program the one, people the other. */
  void tell(ObjectNode object, String text) {
    out().println(json ? JsonReport.line(object) : text);
  }

  /** Tells people only. */
  void say(String format, Object... values) {
    if (!json) {
      out().println(String.format(Locale.ROOT, format, values));
    }
  }

  /** A picture that can't be read, of which programs hear on stdout. */
  void refused(Path file, PictureException cause) {
    if (json) {
      out().println(JsonReport.line(JsonReport.refusal(file, cause)));
    } else {
      leftOut(file, cause);
    }
  }

  /** A picture that can't be read and is in no object, of which all hear on stderr. */
  void leftOut(Path file, PictureException cause) {
    err().println("[ERROR] " + Printable.line(FileNames.message(cause, List.of(file))));
  }
}
