package dev.wwts.internal.serve;

import dev.wwts.internal.head.Reading;
import dev.wwts.internal.head.Readings;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.lane.StageTimes;
import dev.wwts.internal.lane.StagedLane;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A lane that answers each picture with the last two digits of its width. */
class FakeLane extends StagedLane {
  private final List<Integer> widths = new ArrayList<>();

  @Override
  public void begin(int n) {
    widths.clear();
  }

  @Override
  public boolean preprocess(int slot, DecodedPicture picture) {
    try (picture) {
      widths.add(picture.pixels().width() % FakeService.CLASSES);
    }
    return true;
  }

  @Override
  public void forward(int n) {}

  @Override
  public List<Readings> read() {
    return widths.stream().map(FakeLane::best).toList();
  }

  private static Readings best(int width) {
    return new Readings(
        Map.of(FakeService.READOUT, Reading.best(new long[] {width}, new float[] {1})));
  }

  @Override
  public float[][] logits() {
    throw new UnsupportedOperationException();
  }

  @Override
  public StageTimes times(int slot) {
    return new StageTimes(1, 2, 3, 4, 5);
  }

  @Override
  public void close() {}
}
