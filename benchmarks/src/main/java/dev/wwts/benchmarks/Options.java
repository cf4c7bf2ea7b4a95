package dev.wwts.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a run may be told, by -D at Maven's command line; lists have commas. {@link OptionNames} says
 * which there are.
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
  static final String ALL_PEERS = "wwts,wwts bf16,python,djl,onnxruntime,presets";

  /**
   * JMH's iterations, in seconds each.
   *
   * @param wished whether {@code measured} was asked for, so that no step takes fewer
   */
  record Iterations(int warmups, int warmupSeconds, int measured, int seconds, boolean wished) {}

  /**
   * Reads them.
   *
   * @param card whether there is a card to run on if no device is given
   * @throws IllegalArgumentException if there is no such option, or a value is none of its
   */
  static Options of(Properties given, boolean card) {
    OptionNames.check(given);
    boolean quick = flag(given, "quick");
    String device = given.getProperty("wwts.device", card ? "cuda" : "cpu");
    boolean cpu = device.equals("cpu");
    Options options =
        new Options(
            quick,
            flag(given, "wwts.full"),
            models(given),
            device,
            list(given, "wwts.precisions", cpu ? (bf16() ? "fp32,bf16" : "fp32") : "fp16,fp32"),
            list(given, "wwts.threads", quick || !cpu ? "1" : "1,2"),
            list(given, "wwts.callers", quick ? "2" : "1,2,4"),
            list(given, "wwts.batches", quick ? "4" : "4,8,16"),
            list(given, "wwts.pictures", quick ? "640x480" : "640x480,12mp"),
            list(given, "wwts.peers", ALL_PEERS),
            number(given, "wwts.rounds", quick ? 1 : 3),
            number(given, "wwts.turns", 0),
            bytes(given.getProperty("wwts.budget", "0")),
            given.getProperty("wwts.out", "benchmarks/out"),
            pattern(given.getProperty("jmh.benchmarks", "")),
            new Iterations(
                number(given, "jmh.wi", 1),
                number(given, "jmh.w", 1),
                number(given, "jmh.i", quick ? 1 : 2),
                number(given, "jmh.r", 1),
                given.containsKey("jmh.i")));
    OptionNames.checkValues(options);
    return options;
  }

  /** The models alone, which do not depend on the device. */
  static List<String> models(Properties given) {
    return list(given, "wwts.models", flag(given, "quick") ? "small" : "small,base,large");
  }

  private static boolean flag(Properties given, String name) {
    return given.containsKey(name) && !"false".equals(given.getProperty(name));
  }

  private static List<String> list(Properties given, String name, String otherwise) {
    return List.of(given.getProperty(name, otherwise).split(",", -1));
  }

  private static int number(Properties given, String name, int otherwise) {
    String text = given.getProperty(name, String.valueOf(otherwise));
    try {
      return Integer.parseInt(text.replaceAll("s$", ""));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("-D" + name + " must be a whole number, not " + text + ".", e);
    }
  }

  /** As the command line's --vram: GB are 10^9 bytes, GiB are 2^30. */
  private static String bytes(String text) {
    String number = text.replaceAll("(?i) ?gi?b$", "");
    if (!number.matches("[0-9]{1,15}")) {
      throw new IllegalArgumentException("-Dwwts.budget must be bytes, or as 6GB, not " + text + ".");
    }
    String unit = text.substring(number.length()).strip().toLowerCase(Locale.ROOT);
    long factor = unit.isEmpty() ? 1 : unit.equals("gb") ? 1_000_000_000L : 1L << 30;
    return String.valueOf(Long.parseLong(number) * factor);
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
    String flags = CpuInfo.value("flags").orElse("");
    return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
  }
}
