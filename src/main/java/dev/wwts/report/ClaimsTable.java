package dev.wwts.report;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the article claims, beside what was measured. */
final class ClaimsTable {
  /** The 3060 Ti is another card. */
  private static final Pattern CARD_OF_THE_CLAIM = Pattern.compile("RTX 3060(?! ?Ti)");

  private static final List<String> MODELS = List.of("small", "base", "large");

  private final Run run;

  private ClaimsTable(Run run) {
    this.run = run;
  }

  static void write(Run run, Markdown out) {
    ClaimsTable claims = new ClaimsTable(run);
    out.paragraph("## 文章的说法与实测 / claimed beside measured");
    out.head("说法", "文章", "实测");
    out.row("FP16 省显存（base，张量峰值）", "约 30 %", claims.memorySaved());
    out.row("FP16 加速（base）", "15–20 %", claims.faster());
    claims
        .onProcessor()
        .ifPresent(measured -> out.row("BF16 对 FP32，在 CPU 上（不是文章的 FP16）", Markdown.NONE, measured));
    out.row("RTX 3060 每秒图片数（base）", "> 2", claims.picturesASecond());
    out.row("base 所需显存", "≥ 6 GB", claims.memory("base"));
    out.row("small 所需显存", "≥ 4 GB", claims.memory("small"));
    out.row("large 所需显存", "未给", claims.memory("large"));
    out.endTable();
  }

  /** Calls of one 1080p picture, without a budget. */
  private Optional<JmhResults.Entry> single(String model, String precision) {
    return run.named("RecognizeBenchmark.recognize").stream()
        .filter(e -> e.param("model").equals(model) && e.param("precision").equals(precision))
        .filter(e -> e.param("batch").equals("1") && e.param("picture").equals("1080p"))
        .filter(e -> List.of("", "0").contains(e.param("budget")))
        .findFirst();
  }

  private Optional<JmhResults.Entry> onCard(String model, String precision) {
    return single(model, precision).filter(e -> !e.param("device").equals("cpu"));
  }

  private String notMeasured() {
    return run.device().equals("cpu") ? "未测（没有显卡）" : "未测";
  }

  private String memorySaved() {
    Optional<Double> half = vramPeak("fp16");
    Optional<Double> full = vramPeak("fp32");
    return half.isPresent() && full.isPresent()
        ? percent(1 - half.get() / full.get())
        : notMeasured();
  }

  private Optional<Double> vramPeak(String precision) {
    return onCard("base", precision)
        .flatMap(e -> Optional.ofNullable(e.secondary().get("memory.vram.peak")));
  }

  private String faster() {
    Optional<JmhResults.Entry> half = onCard("base", "fp16");
    Optional<JmhResults.Entry> full = onCard("base", "fp32");
    return half.isPresent() && full.isPresent()
        ? percent(full.get().percentile(50) / half.get().percentile(50) - 1)
        : notMeasured();
  }

  private Optional<String> onProcessor() {
    String measured =
        MODELS.stream()
            .flatMap(model -> onProcessor(model).stream())
            .collect(Collectors.joining("；"));
    return Optional.of(measured).filter(text -> !text.isEmpty());
  }

  private Optional<String> onProcessor(String model) {
    Optional<JmhResults.Entry> half = single(model, "bf16");
    Optional<JmhResults.Entry> full = single(model, "fp32");
    if (half.isEmpty() || full.isEmpty() || !full.get().param("device").equals("cpu")) {
      return Optional.empty();
    }
    String speed = percent(full.get().percentile(50) / half.get().percentile(50) - 1);
    Optional<Double> before = Memory.of(full.get()).map(Memory::bytes);
    String memory =
        Memory.of(half.get())
            .flatMap(after -> before.map(all -> "，常驻内存峰值省 " + percent(1 - after.bytes() / all)))
            .orElse("");
    return Optional.of(model + " 加速 " + speed + memory);
  }

  private String picturesASecond() {
    return onCard("base", "fp16")
        .or(() -> onCard("base", "fp32"))
        .filter(e -> CARD_OF_THE_CLAIM.matcher(run.nameOf(e.param("device"))).find())
        .map(e -> Markdown.number(1000 / e.mean(), 1) + "（" + e.param("precision") + "）")
        .orElse("未测");
  }

  private String memory(String model) {
    return onCard(model, "fp16")
        .flatMap(Memory::of)
        .map(memory -> memory + "，FP16")
        .orElse(notMeasured());
  }

  private static String percent(double part) {
    return Math.round(100 * part) + " %";
  }
}
