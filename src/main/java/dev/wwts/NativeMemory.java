package dev.wwts;

/**
 * Bytes of native memory that a recognizer knows of, beside LibTorch's own: what a network takes
 * between its layers nobody tells. Of a GPU there is {@link Recognizer#memory} too.
 *
 * @param model of the model's file: about what its weights take, in half precision half as much
 * @param pixels of blocks for decoded pictures, in use and idle
 * @param pixelsInFlight what pictures count against {@link RecognizerBuilder#pixelsInFlight}
 * @param files of the copies of encoded pictures that are decoded from
 */
public record NativeMemory(long model, long pixels, long pixelsInFlight, long files) {
  /** Of a recognizer that is closed. */
  public static final NativeMemory NONE = new NativeMemory(0, 0, 0, 0);
}
