package dev.wwts.internal.torch;

import dev.wwts.OutOfDeviceMemoryException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LibTorch has no exception of its own for too little memory on a card, only a text
 * (c10/cuda/CUDACachingAllocator.cpp); this reads the text.
 */
public final class OutOfMemory {
  private static final String MARK = "CUDA out of memory";

  /** aten/src/ATen/native/cudnn/Conv_v8.cpp. */
  private static final String NO_ENGINE = "unable to find an engine to execute this computation";

  /** c10/core/impl/alloc_cpu.cpp. */
  private static final Pattern CPU =
      Pattern.compile("DefaultCPUAllocator: .*you tried to allocate ([0-9]{1,18}) bytes");

  private static final String SIZE = "([0-9.]+) ?(bytes|KiB|MiB|GiB)?";
  private static final Pattern REQUESTED =
      Pattern.compile("(?:Tried to allocate|Requested size:) " + SIZE);
  private static final Pattern FREE = Pattern.compile("of which " + SIZE + " is free");
  private static final Pattern ALLOWED = Pattern.compile(SIZE + " allowed;");
  private static final Pattern ALLOCATED =
      Pattern.compile("Of the allocated memory " + SIZE + " is allocated by PyTorch");
  private static final Map<String, Long> UNITS =
      Map.of("bytes", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

  private OutOfMemory() {}

  /**
   * The typed exception if {@code error} tells of too little memory on a card, else {@code error}.
   */
  public static RuntimeException typed(RuntimeException error) {
    String text = String.valueOf(error.getMessage());
    Matcher cpu = CPU.matcher(text);
    if (cpu.find()) {
      long asked = Long.parseLong(cpu.group(1));
      return new OutOfDeviceMemoryException(
          "The machine's memory is too small: %s asked for. Smaller batches help."
              .formatted(size(asked)),
          asked,
          -1,
          error);
    }
    int start = text.indexOf(MARK);
    if (start < 0 || error instanceof OutOfDeviceMemoryException) {
      return error;
    }
    String words = text.substring(start);
    long requested = bytes(REQUESTED, words);
    long left = left(words);
    String message =
        "The GPU's memory, or the budget for it, is too small: %s asked for, %s left. Smaller batches, fewer lanes, fp16 or a larger budget help."
            .formatted(size(requested), size(left));
    return new OutOfDeviceMemoryException(message, requested, left, error);
  }

  /**
   * The typed exception if {@code error} says that cuDNN has no engine for a convolution, which is
   * also what LibTorch says of engines whose workspace it has no memory for.
   *
   * @param refused whether memory was refused meanwhile
   */
  public static RuntimeException inConvolution(RuntimeException error, boolean refused) {
    return refused && String.valueOf(error.getMessage()).contains(NO_ENGINE)
        ? new OutOfDeviceMemoryException(
            "The GPU's memory, or the budget for it, is too small for what cuDNN works in. Smaller batches, fewer lanes, fp16 or a larger budget help.",
            -1,
            -1,
            error)
        : error;
  }

  /** What the card has left, or the budget where that is less; -1 where unknown. */
  private static long left(String words) {
    long free = bytes(FREE, words);
    long allowed = bytes(ALLOWED, words);
    long allocated = bytes(ALLOCATED, words);
    if (allowed < 0 || allocated < 0) {
      return free;
    }
    long underBudget = Math.max(0, allowed - allocated);
    return free < 0 ? underBudget : Math.min(free, underBudget);
  }

  private static long bytes(Pattern pattern, String words) {
    Matcher matcher = pattern.matcher(words);
    if (!matcher.find()) {
      return -1;
    }
    String unit = matcher.group(2) == null ? "bytes" : matcher.group(2);
    String number = matcher.group(1).replaceAll("\\.$", "");
    return Math.round(Double.parseDouble(number) * UNITS.getOrDefault(unit, 1L));
  }

  private static String size(long bytes) {
    return bytes < 0 ? "an unknown number of bytes" : String.format("%,d bytes", bytes);
  }
}
