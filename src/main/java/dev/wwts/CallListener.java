package dev.wwts;

/**
 * Hears of calls as they end: see {@link RecognizerBuilder#listener}. Called by a recognizer's own
 * threads and by those that call it, several at once, before a call's caller hears; so it should be
 * quick and wait for nothing. What it throws is logged.
 */
public interface CallListener {
  /** A call has ended, or was not accepted. */
  void ended(CallEnd call);
}
