package dev.wwts.benchmarks;

import static dev.wwts.benchmarks.GivenOptions.NUMBER;

import dev.wwts.benchmarks.GivenOptions.Option;
import dev.wwts.report.Machine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a run of {@code mvn jmh} may be told.
 *
 * @param full the cross product of batches, pictures and threads for every model and precision
 * @param turns calls of each rival, one by one in turns; 0 for a process after the other
 * @param budget bytes of VRAM to stand in for a smaller card; 0 for none
 * @param out the folder of results
 * @param benchmarks which to run
 */
record Options(
    boolean quick,
    boolean full,
    List<String> models,
    String device,
    List<String> precisions,
    List<String> threads,
    List<String> callers,
    List<String> batches,
    List<String> pictures,
    List<String> peers,
    int rounds,
    int turns,
    String budget,
    String out,
    Pattern benchmarks,
    Iterations iterations) {
  private static final String SECONDS = NUMBER + "s?";

  /**
   * JMH's iterations, in seconds each.
   *
   * @param wished whether {@code measured} was asked for, so that no step takes fewer
   */
  record Iterations(int warmups, int warmupSeconds, int measured, int seconds, boolean wished) {}

  private static Map<String, Option> table(boolean quick, String device) {
    boolean cpu = device.equals("cpu");
    Map<String, Option> table = new LinkedHashMap<>();
    table.put("quick", new Option("", ".*"));
    table.put("wwts.full", new Option("", ".*"));
    table.put(
        "wwts.models",
        new Option(quick ? "small" : "small,base,large", "small|base|large|default|.+\\.pt"));
    table.put("wwts.device", new Option(device, "cpu|cuda(:[0-9]+)?"));
    table.put(
        "wwts.precisions",
        new Option(cpu ? (bf16() ? "fp32,bf16" : "fp32") : "fp16,fp32", "fp32|fp16|bf16"));
    table.put("wwts.threads", new Option(quick || !cpu ? "1" : "1,2", NUMBER));
    table.put("wwts.callers", new Option(quick ? "2" : "1,2,4", NUMBER));
    table.put("wwts.batches", new Option(quick ? "4" : "4,8,16", NUMBER));
    table.put(
        "wwts.pictures",
        new Option(
            quick ? "640x480" : "640x480,12mp", "1080p|12mp|" + NUMBER + "x" + NUMBER));
    table.put(
        "wwts.peers",
        new Option(
            "wwts,wwts bf16,python,djl,onnxruntime,presets",
            "wwts|wwts bf16|python|python-eager|python-compiled|djl|onnxruntime|presets"));
    table.put("wwts.rounds", new Option(quick ? "1" : "3", NUMBER));
    table.put("wwts.turns", new Option("0", "0|" + NUMBER));
    table.put("wwts.budget", new Option("0", "[0-9]{1,15}|[0-9]{1,15} ?[Gg][Ii]?[Bb]"));
    table.put("wwts.out", new Option("benchmarks/out", ".+"));
    table.put("jmh.benchmarks", new Option("", ".*"));
    table.put("jmh.i", new Option(quick ? "1" : "2", NUMBER));
    table.put("jmh.r", new Option("1", SECONDS));
    table.put("jmh.wi", new Option("1", "0|" + NUMBER));
    table.put("jmh.w", new Option("1", SECONDS));
    return table;
  }

  /**
   * Reads them.
   *
   * @param card whether there is a card to run on if no device is given
   * @throws IllegalArgumentException if there is no such option, or a value is none of its
   */
  static Options of(Properties properties, boolean card) {
    String device = properties.getProperty("wwts.device", card ? "cuda" : "cpu");
    String quick = properties.getProperty("quick", "false");
    GivenOptions given = new GivenOptions(properties, table(!quick.equals("false"), device));
    return new Options(
        given.flag("quick"),
        given.flag("wwts.full"),
        given.list("wwts.models"),
        device,
        given.list("wwts.precisions"),
        given.list("wwts.threads"),
        given.list("wwts.callers"),
        given.list("wwts.batches"),
        given.list("wwts.pictures"),
        given.list("wwts.peers"),
        (int) given.number("wwts.rounds"),
        (int) given.number("wwts.turns"),
        bytes(given.text("wwts.budget").toLowerCase(Locale.ROOT)),
        given.text("wwts.out"),
        pattern(given.text("jmh.benchmarks")),
        new Iterations(
            (int) given.number("jmh.wi"),
            (int) given.number("jmh.w"),
            (int) given.number("jmh.i"),
            (int) given.number("jmh.r"),
            given.has("jmh.i")));
  }

  /** As the command line's --vram: GB are 10^9 bytes, GiB are 2^30. */
  private static String bytes(String text) {
    long factor = text.endsWith("gb") ? 1_000_000_000L : text.endsWith("gib") ? 1L << 30 : 1;
    return String.valueOf(Long.parseLong(text.replaceAll("\\D", "")) * factor);
  }

  private static Pattern pattern(String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("-Djmh.benchmarks is no regular expression: " + e.getMessage(), e);
    }
  }

  /** Whether the processor multiplies bfloat16 itself: elsewhere it is slower than float32. */
  private static boolean bf16() {
    String flags = Machine.cpu("flags").orElse("");
    return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
  }
}
