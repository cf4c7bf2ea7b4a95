package dev.wwts.internal.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Answer;
import dev.wwts.ModelFiles;
import dev.wwts.Picture;
import dev.wwts.Stats;
import dev.wwts.TestPictures;
import dev.wwts.internal.head.Heads;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.settings.Settings;
import java.awt.Color;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Services over a {@link FakeEngine}, whose answers are pictures' widths. */
final class FakeService {
  static final int CLASSES = 100;

  static final Settings SETTINGS = Settings.DEFAULT.lanes(1).topK(1).threshold(0);

  /** What all of them read. */
  static final Readout READOUT = new Readout.Best(0, CLASSES, Activation.SOFTMAX, 1);

  private FakeService() {}

  static Service open(Path folder, FakeEngine engine, Settings settings) {
    String labels =
        IntStream.range(0, CLASSES).mapToObj(i -> i + "\n").collect(Collectors.joining());
    Path model =
        ModelFiles.write(
            folder,
            "m * 10",
            ModelFiles.MANIFEST.replace("\"classes\": 3", "\"classes\": " + CLASSES),
            labels.getBytes(StandardCharsets.UTF_8));
    Bundle bundle = Bundle.describe(model);
    return Service.open(engine, bundle, Heads.of(bundle, settings), settings);
  }

  /** Closes it, which would wait for a call without an end; what it counted adds up. */
  static void close(Service service, FakeEngine engine) {
    service.close();
    Stats stats = service.stats();
    assertThat(stats.accepted())
        .isEqualTo(stats.answered() + stats.failed() + stats.late() + stats.abandoned());
    assertThat(stats.waiting()).isZero();
    assertThat(stats.busyLanes()).isZero();
    assertThat(stats.busyDecoders()).isZero();
    assertThat(engine.closed).isTrue();
    assertThat(engine.memory).isEmpty();
  }

  /** Pictures 1, 2, 3, ... pixels wide. */
  static List<Picture> pictures(int n) {
    return IntStream.rangeClosed(1, n).mapToObj(FakeService::picture).toList();
  }

  static Picture picture(int width) {
    return Picture.of(TestPictures.png(width, 1, Color.RED));
  }

  static int index(Answer answer) {
    return ((Answer.Recognized) answer).best().index();
  }
}
