package dev.wwts;

import java.awt.Color;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Models that take each other's place, and a listener that keeps what it hears. */
abstract class SlotCase {
  static final byte[] RED = TestPictures.png(20, 30, Color.RED);
  static final Picture PICTURE = Picture.of(RED);
  static final Path TESTED = Path.of("models", "default.pt");

  @TempDir static Path folder;
  static Path first;
  static Path second;

  /** Names its strongest colour otherwise than the first. */
  static Path other;

  @BeforeAll
  static void write() {
    first = SlotModels.write(folder, "first", "m * 10", "一");
    second = SlotModels.write(folder, "second", "m * 10", "二");
    other = SlotModels.write(folder, "other", "m * -10", "一");
  }

  static ModelSlotBuilder slot(Path model) {
    return ModelSlot.builder(Recognizer.builder(model).threads(1).lanes(2));
  }

  static String best(ModelSlot slot) {
    return slot.answer(PICTURE).best().label();
  }

  static final class News implements SwapListener {
    final BlockingQueue<ModelVersion> swapped = new LinkedBlockingQueue<>();
    final BlockingQueue<RuntimeException> failed = new LinkedBlockingQueue<>();
    final BlockingQueue<ModelVersion> retired = new LinkedBlockingQueue<>();

    @Override
    public void swapped(ModelVersion before, ModelVersion now) {
      swapped.add(now);
    }

    @Override
    public void failed(Path file, RuntimeException why) {
      failed.add(why);
    }

    @Override
    public void retired(ModelVersion version) {
      retired.add(version);
    }
  }
}
