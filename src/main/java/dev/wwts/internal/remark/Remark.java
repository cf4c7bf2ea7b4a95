package dev.wwts.internal.remark;

import dev.wwts.Precision;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Something to know of a loaded model: which way it runs, or what does not run as it could. Code
 * asks for the type and its figures; {@link #sentence} is for people.
 */
public sealed interface Remark {
  /** It for people. */
  String sentence();

  /** What does not run as it could. */
  sealed interface Shortfall extends Remark {}

  /** The network failed in a precision while it was loaded. */
  record LeftPrecision(String fault, Precision precision) implements Shortfall {
    @Override
    public String sentence() {
      return "%s Falling back from %s to fp32.".formatted(fault, precision);
    }
  }

  /** The network in a precision does not answer as the self-test says. */
  record FailedSelfTest(Path model, Precision precision, String fault) implements Shortfall {
    @Override
    public String sentence() {
      return "%s in %s %s: falling back to fp32.".formatted(model, precision, fault);
    }
  }

  /** Nothing tells whether a precision answers rightly. */
  record NoSelfTest(Precision precision) implements Remark {
    @Override
    public String sentence() {
      return "The model has no self-test: that its answers in %s are finite is all that was checked."
          .formatted(precision);
    }
  }

  /** Batches are run in parts. */
  record SplitBatch(int pictures, int fitting) implements Shortfall {
    @Override
    public String sentence() {
      return "A batch of %d does not fit the device's memory: larger ones are answered %d at a time."
          .formatted(pictures, fitting);
    }
  }

  /** More threads than processors that the process may use, whose number a container's quota is. */
  record TooManyThreads(int lanes, int threads, int processors) implements Shortfall {
    @Override
    public String sentence() {
      return "%d lanes of %d threads are more than the %d processors that this process may use, and slow each other down: set lanes x threads to at most that."
          .formatted(lanes, threads, processors);
    }
  }

  /** There are JPEGs which the card's decoder does not get. */
  record OtherJpegs() implements Remark {
    @Override
    public String sentence() {
      return "Decoder gpu: some JPEGs are not plain (CMYK, say, or with something to mend): the CPU decodes such.";
    }
  }

  /** nvJPEG refused one that it got. */
  record RefusedJpeg(String fault) implements Shortfall {
    @Override
    public String sentence() {
      return "Decoder gpu: nvJPEG refused a JPEG, %s: the CPU decodes such.".formatted(fault);
    }
  }

  /** A card has no room for a JPEG. */
  record LargeJpeg() implements Shortfall {
    @Override
    public String sentence() {
      return "Decoder gpu: the card has no room for a JPEG's pixels: the CPU decodes such.";
    }
  }

  /** Whether fp32 is rounded on a card. */
  record Rounding(boolean isTf32) implements Remark {
    @Override
    public String sentence() {
      return isTf32
          ? "fp32 on the card: factors of convolutions and matrix products may be rounded to TF32."
          : "fp32 on the card: 32 bits throughout, TF32 is off.";
    }
  }

  /** What preprocesses on a card. */
  record Preprocessing(String status) implements Remark {
    @Override
    public String sentence() {
      return "Preprocessing on the card: %s.".formatted(status);
    }
  }

  /**
   * What ranks on a card.
   *
   * @param fault why not the kernel of our own; empty if it does
   */
  record Ranking(String fault) implements Remark {
    @Override
    public String sentence() {
      return "Ranking on the card: %s."
          .formatted(fault.isEmpty() ? "kernel of our own" : "LibTorch operations (" + fault + ")");
    }
  }

  /** Batches of a size are a CUDA graph. */
  record Captured(int batch) implements Remark {
    @Override
    public String sentence() {
      return "CUDA graph for batches of %d: captured.".formatted(batch);
    }
  }

  /**
   * They could not be captured.
   *
   * @param hadMarks whether with marks that time it
   * @param goesOn whether it is tried without marks
   */
  record NotCaptured(int batch, boolean hadMarks, boolean goesOn, String fault)
      implements Shortfall {
    @Override
    public String sentence() {
      return "CUDA graph for batches of %d%s: capture failed, running %s (%s)."
          .formatted(
              batch,
              hadMarks ? " with timing marks" : "",
              goesOn ? "without marks" : "eagerly",
              fault);
    }
  }

  /** Which layout measured faster on a card. */
  record Layout(boolean isChannelsLast, long channelsLastNanos, long planesNanos)
      implements Remark {
    @Override
    public String sentence() {
      return String.format(
          Locale.ROOT,
          "Layout: %s (network and ranking %.3f ms channels-last, %.3f ms in planes).",
          isChannelsLast ? "channels-last" : "planes",
          channelsLastNanos / 1e6,
          planesNanos / 1e6);
    }
  }

  /** Layouts could not be measured. */
  record NoLayoutTrial(String fault) implements Remark {
    @Override
    public String sentence() {
      return "Layout: planes, the trial ended early (%s).".formatted(fault);
    }
  }

  /** What became of convolutions with ReLU on a card. */
  record FusedConvolutions(
      boolean isChannelsLast, int together, int all, int apart, int refused, int unmeasured)
      implements Remark {
    @Override
    public String sentence() {
      return "Convolutions with ReLU as one call of cuDNN's, %s: %d of %d (%d faster apart, %d that it has no call for, %d not measured for want of time or memory)."
          .formatted(layout(isChannelsLast), together, all, apart, refused, unmeasured);
    }
  }

  /** The plain network runs on a card. */
  record PlainOnCard(boolean isChannelsLast, String fault) implements Shortfall {
    @Override
    public String sentence() {
      return "The network runs as it is in the file, %s, not rewritten for cards, and slower: %s."
          .formatted(layout(isChannelsLast), fault);
    }
  }

  /** Batches of a size run the plain network on a card. */
  record PlainForBatches(long pictures, String fault) implements Shortfall {
    @Override
    public String sentence() {
      return "Batches of %d run the network as it is in the file, and slower: rewritten for cards it fails (%s)."
          .formatted(pictures, fault);
    }
  }

  /** The plain network runs on the processor. */
  record PlainOnProcessor(String fault) implements Shortfall {
    @Override
    public String sentence() {
      return "The network runs as it is in the file, not rewritten for oneDNN, and slower: %s."
          .formatted(fault);
    }
  }

  /** bf16 was measured to take so many times as long as fp32. */
  record SlowBf16(double times) implements Shortfall {
    @Override
    public String sentence() {
      return String.format(
          Locale.ROOT, "bf16 is slower than fp32 here: a forward takes %.1f times as long.", times);
    }
  }

  /** The processor computes bf16 by other means than oneDNN. */
  record NoBf16() implements Shortfall {
    @Override
    public String sentence() {
      return "This processor has no bf16 in oneDNN: bf16 is slower than fp32 here.";
    }
  }

  /** Apple's GPU, where nobody has tried it. */
  record UntestedMps() implements Shortfall {
    @Override
    public String sentence() {
      return "Device mps is accepted, but untested.";
    }
  }

  /**
   * The network is AOTInductor's machine code.
   *
   * @param capability of the card that it is for; empty where that is the processor
   */
  record Compiled(String torch, String capability, int leastBatch, int mostBatch)
      implements Remark {
    @Override
    public String sentence() {
      return "The network is machine code, compiled by torch %s for %s, batches of %s."
          .formatted(
              torch,
              capability.isEmpty() ? "this kind of processor" : "compute capability " + capability,
              leastBatch == mostBatch ? mostBatch : leastBatch + " to " + mostBatch);
    }
  }

  /** cuDNN refused an attention, in this process for good. */
  record NoCudnnAttention(String fault) implements Shortfall {
    @Override
    public String sentence() {
      return "cuDNN's attention is off in this process, LibTorch's runs (%s).".formatted(fault);
    }
  }

  private static String layout(boolean isChannelsLast) {
    return isChannelsLast ? "channels-last" : "in planes";
  }
}
