package dev.wwts.benchmarks;

import dev.wwts.torch.LibTorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * What a run may be told, by -D at Maven's command line; lists have commas.
 *
 * <ul>
 *   <li>quick: one model, one thread, one round
 *   <li>wwts.models: small, base, large, default or .pt files
 *   <li>wwts.device, wwts.precisions, wwts.threads, wwts.callers, wwts.batches, wwts.pictures,
 *       wwts.rounds
 *   <li>wwts.peers: wwts, "wwts bf16", python, python-compiled, djl, onnxruntime, presets
 *   <li>wwts.budget: bytes of VRAM to stand in for a smaller card
 *   <li>wwts.out: the folder of results
 *   <li>jmh.benchmarks: a regular expression; jmh.i, jmh.wi, jmh.r, jmh.w: iterations and their
 *       seconds
 * </ul>
 */
record Options(
    boolean quick,
    List<String> models,
    String device,
    List<String> precisions,
    List<String> threads,
    List<String> callers,
    List<String> batches,
    List<String> pictures,
    List<String> peers,
    int rounds,
    String budget,
    String out,
    Pattern benchmarks,
    Map<String, Integer> jmh) {
  static Options of(Properties given) {
    boolean quick = given.containsKey("quick") && !"false".equals(given.getProperty("quick"));
    String device = given.getProperty("wwts.device", LibTorch.cudaFacts().isEmpty() ? "cpu" : "cuda");
    boolean cpu = device.equals("cpu");
    return new Options(
        quick,
        list(given, "wwts.models", quick ? "small" : "small,base,large"),
        device,
        list(given, "wwts.precisions", cpu ? (bf16() ? "fp32,bf16" : "fp32") : "fp16,fp32"),
        list(given, "wwts.threads", quick || !cpu ? "1" : "1,2"),
        list(given, "wwts.callers", quick ? "2" : "1,2,4"),
        list(given, "wwts.batches", quick ? "4" : "4,8,16"),
        list(given, "wwts.pictures", quick ? "640x480" : "640x480,12mp"),
        list(given, "wwts.peers", "wwts,wwts bf16,python,djl,onnxruntime,presets"),
        number(given, "wwts.rounds", quick ? 1 : 2),
        given.getProperty("wwts.budget", "0"),
        given.getProperty("wwts.out", "benchmarks/out"),
        Pattern.compile(given.getProperty("jmh.benchmarks", "")),
        Map.of(
            "wi", number(given, "jmh.wi", 1),
            "i", number(given, "jmh.i", quick ? 1 : 2),
            "w", number(given, "jmh.w", 1),
            "r", number(given, "jmh.r", 2)));
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

  /** Whether the processor multiplies bfloat16 itself: elsewhere it is slower than float32. */
  private static boolean bf16() {
    try {
      String flags = Files.readString(Path.of("/proc/cpuinfo")).toLowerCase(Locale.ROOT);
      return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
    } catch (IOException e) {
      return false;
    }
  }
}
