package dev.wwts.internal.serve;

import dev.wwts.internal.head.Readings;
import dev.wwts.internal.image.DecodedPicture;
import java.util.List;
import java.util.function.Consumer;

/** A lane that says at which stage it is, to who throws there. */
final class FaultyLane extends FakeLane {
  /** Where it is. */
  enum Stage {
    BEGIN,
    PREPROCESS,
    FORWARD,
    READ,
    CLOSE
  }

  private final Consumer<Stage> seam;

  FaultyLane(Consumer<Stage> seam) {
    this.seam = seam;
  }

  @Override
  public void begin(int n) {
    super.begin(n);
    seam.accept(Stage.BEGIN);
  }

  @Override
  public boolean preprocess(int slot, DecodedPicture picture) {
    super.preprocess(slot, picture);
    seam.accept(Stage.PREPROCESS);
    return true;
  }

  @Override
  public void forward(int n) {
    seam.accept(Stage.FORWARD);
  }

  @Override
  public List<Readings> read() {
    seam.accept(Stage.READ);
    return super.read();
  }

  @Override
  public void close() {
    seam.accept(Stage.CLOSE);
  }
}
