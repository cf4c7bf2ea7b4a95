package dev.wwts.benchmarks;

import static dev.wwts.benchmarks.Options.NUMBER;

import dev.wwts.benchmarks.Options.Option;
import dev.wwts.report.Machine;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** What a run of {@code mvn jmh} may be told. */
final class SuiteOptions {
  private static final String SECONDS = NUMBER + "s?";
  private static final String ANY = ".*";

  private SuiteOptions() {}

  /**
   * Reads them.
   *
   * @param card whether there is a card to run on if no device is given
   * @throws IllegalArgumentException if there is no such option, or a value is none of its
   */
  static Options of(Properties given, boolean card) {
    String device = given.getProperty("wwts.device", card ? "cuda" : "cpu");
    boolean quick = !given.getProperty("quick", "false").equals("false");
    boolean cpu = device.equals("cpu");
    String precisions = !cpu ? "fp16,fp32" : hasBf16() ? "fp32,bf16" : "fp32";
    Map<String, Option> table = new LinkedHashMap<>();
    table.put("quick", new Option("", ANY));
    table.put("wwts.full", new Option("", ANY));
    table.put(
        "wwts.models",
        new Option(quick ? "small" : "small,base,large", "small|base|large|default|.+\\.pt"));
    table.put("wwts.device", new Option(device, "cpu|cuda(:[0-9]+)?"));
    table.put("wwts.precisions", new Option(precisions, "fp32|fp16|bf16"));
    table.put("wwts.threads", new Option(quick || !cpu ? "1" : "1,2", NUMBER));
    table.put("wwts.callers", new Option(quick ? "2" : "1,2,4", NUMBER));
    table.put("wwts.batches", new Option(quick ? "4" : "4,8,16", NUMBER));
    table.put(
        "wwts.pictures",
        new Option(quick ? "640x480" : "640x480,12mp", "1080p|12mp|" + NUMBER + "x" + NUMBER));
    table.put(
        "wwts.peers",
        new Option(
            "wwts,wwts bf16,python,djl,onnxruntime,presets",
            "wwts|wwts bf16|python|python-eager|python-compiled|djl|onnxruntime|presets"));
    table.put("wwts.rounds", new Option(quick ? "1" : "3", NUMBER));
    table.put("wwts.turns", new Option("0", "0|" + NUMBER));
    table.put("wwts.budget", new Option("0", "[0-9]{1,15}|[0-9]{1,15} ?[Gg][Ii]?[Bb]"));
    table.put("wwts.out", new Option("benchmarks/out", ".+"));
    table.put("jmh.benchmarks", new Option("", ANY));
    table.put("jmh.i", new Option(quick ? "1" : "2", NUMBER));
    table.put("jmh.r", new Option("1", SECONDS));
    table.put("jmh.wi", new Option("1", "0|" + NUMBER));
    table.put("jmh.w", new Option("1", SECONDS));
    return new Options(given, table);
  }

  static boolean isCpu(Options options) {
    return options.text("wwts.device").equals("cpu");
  }

  /** Bytes of VRAM, as the command line's --vram: GB are 10^9 bytes, GiB are 2^30. */
  static String budget(Options options) {
    String text = options.text("wwts.budget").toLowerCase(Locale.ROOT);
    long factor = text.endsWith("gb") ? 1_000_000_000L : text.endsWith("gib") ? 1L << 30 : 1;
    return String.valueOf(Long.parseLong(text.replaceAll("\\D", "")) * factor);
  }

  /** Whether the processor multiplies bfloat16 itself: elsewhere it is slower than float32. */
  private static boolean hasBf16() {
    String flags = Machine.cpu("flags").orElse("");
    return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
  }
}
