package dev.wwts.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.DeadlineExceededException;
import dev.wwts.OverloadedException;
import dev.wwts.PictureException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What became of the calls of a while: every one has one outcome, and answers have a latency. */
final class Tally {
  private static final long LONGEST_MICROS = 3_600_000_000L;
  private static final String PICTURE = "picture";
  private static final int DIGITS = 3;
  private static final double MICROS = 1e3;
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};

  private final Histogram micros = new Histogram(LONGEST_MICROS, DIGITS);
  private final Map<String, Long> refused = new TreeMap<>();
  private long asked;
  private long answered;
  private long failed;
  private String failure = "";

  synchronized void asked() {
    asked++;
  }

  /**
   * Counts a call's end.
   *
   * @param nanos since the call was to begin
   */
  synchronized void ended(
      Shot shot, long nanos, int @Nullable [] answer, @Nullable Throwable error) {
    String kind = error == null ? "" : kind(error);
    if (answer != null && shot.fits(answer)) {
      answered++;
      micros.recordValue(Math.round(nanos / MICROS));
    } else if (!kind.isEmpty() && (!kind.equals(PICTURE) || shot.isBad())) {
      refused.merge(kind, 1L, Long::sum);
    } else {
      failed++;
      failure = failure.isEmpty() ? words(shot, answer, error) : failure;
    }
  }

  /** Which typed refusal; empty if it is none. */
  private static String kind(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (cause instanceof PictureException) {
      return PICTURE;
    }
    if (cause instanceof DeadlineExceededException) {
      return "deadline";
    }
    return cause instanceof OverloadedException || cause instanceof RejectedExecutionException
        ? "overloaded"
        : "";
  }

  private static String words(Shot shot, int @Nullable [] answer, @Nullable Throwable error) {
    return error != null
        ? error.toString()
        : "answered %s, not %s".formatted(Arrays.toString(answer), shot);
  }

  /** One of several rounds' tallies. */
  static ObjectNode merge(List<JsonNode> rounds) {
    Tally merged = new Tally();
    rounds.forEach(merged::add);
    return merged.json(rounds.stream().mapToDouble(it -> it.get("seconds").asDouble()).sum());
  }

  private synchronized void add(JsonNode tally) {
    asked += tally.get("asked").asLong();
    answered += tally.get("answered").asLong();
    failed += tally.get("failed").asLong();
    tally
        .path("refused")
        .properties()
        .forEach(it -> refused.merge(it.getKey(), it.getValue().asLong(), Long::sum));
    failure = failure.isEmpty() ? tally.path("failure").asText() : failure;
    micros.add(histogram(tally));
  }

  /** The latencies of the answers, in microseconds. */
  static Histogram histogram(JsonNode tally) {
    byte[] bytes = Base64.getDecoder().decode(tally.get("histogram").asText());
    try {
      return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), LONGEST_MICROS);
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("A tally's histogram can't be read.", e);
    }
  }

  /** For the parent process, which merges and reports. */
  synchronized ObjectNode json(double seconds) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("seconds", seconds).put("asked", asked).put("answered", answered);
    ObjectNode kinds = json.putObject("refused");
    refused.forEach(kinds::put);
    long ended = answered + failed + refused.values().stream().mapToLong(it -> it).sum();
    json.put("failed", failed).put("lost", asked - ended);
    if (!failure.isEmpty()) {
      json.put("failure", failure);
    }
    json.put("rate", answered / Math.max(1e-9, seconds));
    ObjectNode millis = json.putObject("millis");
    for (double p : PERCENTILES) {
      millis.put(
          p == Math.rint(p) ? String.valueOf((int) p) : String.valueOf(p),
          micros.getValueAtPercentile(p) / MICROS);
    }
    ByteBuffer buffer = ByteBuffer.allocate(micros.getNeededByteBufferCapacity());
    int length = micros.encodeIntoCompressedByteBuffer(buffer);
    return json.put(
        "histogram", Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length)));
  }
}
