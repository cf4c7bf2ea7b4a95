package dev.wwts.server;

import dev.wwts.WwtsException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;

/** Tells why the service does not start in a line, as the other commands do. */
final class StartFailure implements FailureAnalysisReporter {
  @Override
  public void report(FailureAnalysis analysis) {
    String action =
        analysis.getCause() instanceof WwtsException || analysis.getAction() == null
            ? ""
            : " " + analysis.getAction();
    String line = (analysis.getDescription() + action).replaceAll("\\s+", " ").strip();
    System.err.println("[ERROR] " + line);
  }
}
