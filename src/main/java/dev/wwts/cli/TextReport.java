package dev.wwts.cli;

import dev.wwts.Answer;
import dev.wwts.ModelInfo;
import dev.wwts.PictureException;
import dev.wwts.Recognition;
import dev.wwts.internal.text.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** For people, in Chinese. */
final class TextReport implements Report {
  private final Output output;
  private final PrintWriter out;
  private boolean hints;

  /** One that, if it {@code hints}, tells once how photographs would be recognised. */
  TextReport(Output output, boolean hints) {
    this.output = output;
    this.out = output.out();
    this.hints = hints;
  }

  @Override
  public void loading() {
    out.println("[INFO] 加载模型中...");
  }

  @Override
  public void loaded(ModelInfo model, long nanos) {
    if (!model.trained()) {
      output.err().println("[WARN] 模型 " + Printable.line(model.name()) + " 的权重是随机的，结果没有意义，只能用于测速。");
    }
    out.printf(
        Locale.ROOT,
        "[INFO] 模型加载完成，耗时 %.1fs（%s，%d 类，%s %s）%n",
        nanos / 1e9,
        Printable.line(model.name()),
        model.labels().size(),
        model.device(),
        model.precision());
  }

  @Override
  public void recognized(Path picture, String model, Answer.Recognized answer) {
    out.println("[INFO] 正在处理图像: " + Printable.line(FileNames.text(picture)));
    if (answer.results().isEmpty()) {
      Recognition best = answer.best();
      out.printf(Locale.ROOT, "[RESULT] 未识别（最接近: %s，置信度: %.2f）%n", name(best), best.confidence());
      if (hints) {
        out.println("[INFO] 照片要用另一个模型，运行一次 wwts pull photos 即可（下载 3.6 MB）");
        hints = false;
      }
    } else {
      String whose = model.isEmpty() ? "" : "（" + Printable.line(model) + "）";
      boolean tags = !answer.tags().isEmpty();
      out.println("[RESULT] " + (tags ? "标签" : "识别结果") + whose + ":");
      for (Recognition result : tags ? answer.tags() : answer.results()) {
        out.printf(Locale.ROOT, "- %s (置信度: %.2f)%n", name(result), result.confidence());
      }
    }
    out.printf(Locale.ROOT, "[INFO] 总耗时: %.3fs%n", answer.timings().total() / 1e9);
  }

  /** With its category, where it has one. */
  private static String name(Recognition it) {
    String label = Printable.line(it.label());
    return it.root().isEmpty() ? label : label + "（" + Printable.line(it.root()) + "）";
  }

  @Override
  public void refused(Path picture, PictureException cause) {
    out.println("[INFO] 正在处理图像: " + Printable.line(FileNames.text(picture)));
    out.flush();
    output.leftOut(picture, cause);
  }
}
