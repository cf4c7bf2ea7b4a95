package dev.wwts.benchmarks.report;

import static dev.wwts.benchmarks.report.Markdown.NONE;
import static dev.wwts.benchmarks.report.Markdown.column;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the article claims, beside what was measured. */
final class ClaimsTable {
  /** The 3060 Ti is another card. */
  private static final Pattern CARD_OF_THE_CLAIM = Pattern.compile("RTX 3060(?! ?Ti)");

  private final Run run;

  private ClaimsTable(Run run) {
    this.run = run;
  }

  private record Claim(String what, String claimed, String measured) {}

  static void write(Run run, Markdown out) {
    out.paragraph("## 文章的说法与实测 / claimed beside measured");
    out.table(
        new ClaimsTable(run).claims(),
        List.of(
            column("说法", Claim::what), column("文章", Claim::claimed), column("实测", Claim::measured)));
  }

  private List<Claim> claims() {
    List<Claim> claims = new ArrayList<>();
    claims.add(
        new Claim("FP16 省显存（base，张量峰值）", "约 30 %", onCard(it -> saved(it, "memory.vram.peak"))));
    claims.add(new Claim("FP16 加速（base）", "15–20 %", onCard(ClaimsTable::faster)));
    String processor =
        Stream.of("small", "base", "large")
            .flatMap(model -> onProcessor(model).stream())
            .collect(Collectors.joining("；"));
    if (!processor.isEmpty()) {
      claims.add(new Claim("BF16 对 FP32，在 CPU 上（不是文章的 FP16）", NONE, processor));
    }
    claims.add(new Claim("RTX 3060 每秒图片数（base）", "> 2", picturesASecond()));
    claims.add(new Claim("base 所需显存", "≥ 6 GB", memory("base")));
    claims.add(new Claim("small 所需显存", "≥ 4 GB", memory("small")));
    claims.add(new Claim("large 所需显存", "未给", memory("large")));
    return claims;
  }

  /** Two precisions of a model. */
  private record Both(Entry half, Entry full) {}

  /** Calls of one 1080p picture, without a budget. */
  private Optional<Entry> single(String model, String precision) {
    return run.named("RecognizeBenchmark.recognize").stream()
        .filter(e -> e.param("model").equals(model) && e.param("precision").equals(precision))
        .filter(e -> e.param("batch").equals("1") && e.param("picture").equals("1080p"))
        .filter(e -> List.of("", "0").contains(e.param("budget")))
        .findFirst();
  }

  private Optional<Both> both(String model, String half) {
    return single(model, half)
        .flatMap(e -> single(model, "fp32").map(full -> new Both(e, full)));
  }

  private static boolean isOnCard(Entry row) {
    return !row.param("device").equals("cpu");
  }

  private String onCard(Function<Both, Optional<String>> figure) {
    return both("base", "fp16")
        .filter(it -> isOnCard(it.half) && isOnCard(it.full))
        .flatMap(figure)
        .orElse(notMeasured());
  }

  private String notMeasured() {
    return run.device().equals("cpu") ? "未测（没有显卡）" : "未测";
  }

  private static Optional<String> saved(Both both, String figure) {
    return Columns.figure(both.half, figure)
        .flatMap(half -> Columns.figure(both.full, figure).map(full -> percent(1 - half / full)));
  }

  private static Optional<String> faster(Both both) {
    return Optional.of(percent(both.full.percentile(50) / both.half.percentile(50) - 1));
  }

  private Optional<String> onProcessor(String model) {
    return both(model, "bf16")
        .filter(it -> !isOnCard(it.full))
        .map(
            it ->
                "%s 加速 %s%s"
                    .formatted(
                        model,
                        faster(it).orElse(NONE),
                        saved(it, "memory.rss.peak").map(part -> "，常驻内存峰值省 " + part).orElse("")));
  }

  private String picturesASecond() {
    return single("base", "fp16")
        .or(() -> single("base", "fp32"))
        .filter(ClaimsTable::isOnCard)
        .filter(e -> CARD_OF_THE_CLAIM.matcher(run.nameOf(e.param("device"))).find())
        .map(e -> Markdown.number(1000 / e.mean(), 1) + "（" + e.param("precision") + "）")
        .orElse("未测");
  }

  private String memory(String model) {
    return single(model, "fp16")
        .filter(ClaimsTable::isOnCard)
        .flatMap(Columns::memory)
        .map(memory -> memory + "，FP16")
        .orElse(notMeasured());
  }

  private static String percent(double part) {
    return Math.round(100 * part) + " %";
  }
}
