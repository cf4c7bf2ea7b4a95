package dev.wwts.spring;

import dev.wwts.WwtsException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells the sentence of a model that can't be loaded instead of a stack of beans. */
final class WwtsFailureAnalyzer extends AbstractFailureAnalyzer<WwtsException> {
  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, WwtsException cause) {
    return new FailureAnalysis(
        cause.getMessage(), "Check the properties wwts.*; the sentence says what to do.", cause);
  }
}
