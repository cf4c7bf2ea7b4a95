package dev.wwts.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** What a command that ran in this process has ended with and printed. */
record Run(int code, String out, String err) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Runs one; arguments are taken as their texts. */
  static Run of(Object... arguments) {
    return of(List.of(arguments));
  }

  /** The same. */
  static Run of(List<?> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = arguments.stream().map(String::valueOf).toArray(String[]::new);
    int code = Wwts.run(new PrintWriter(out), new PrintWriter(err), texts);
    return new Run(code, out.toString(), err.toString());
  }

  /** A line of what it printed. */
  JsonNode json(int line) {
    try {
      return JSON.readTree(out.lines().skip(line).findFirst().orElseThrow());
    } catch (IOException e) {
      throw new AssertionError(out, e);
    }
  }
}
