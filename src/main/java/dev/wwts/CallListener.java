package dev.wwts;

/**
 * Hears of calls as they end: see {@link RecognizerBuilder#listener}. Called by a recognizer's own
 * threads and by those that call it, several at once, before a call's caller hears; so it should be
 * quick and wait for nothing: in its own threads a recognizer answers, drains and closes with an
 * {@link IllegalStateException}. What a listener throws is logged.
 */
public interface CallListener {
  /** A call has ended, or was not accepted. */
  void ended(CallEnd call);
}
