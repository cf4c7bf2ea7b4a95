package dev.wwts.pull;

/** Hears how a pull goes. */
public interface PullListener {
  /** Something that the user should know, a sentence. */
  void say(String sentence);

  /** So many bytes of the file are here. */
  void arrived(long bytes, long of);
}
