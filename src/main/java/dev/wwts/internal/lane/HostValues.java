package dev.wwts.internal.lane;

import dev.wwts.internal.head.Reading;
import dev.wwts.internal.head.Readout;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;

/** All numbers of a range, in the host's memory. */
final class HostValues implements HostReadout {
  private final Readout readout;
  private FloatPointer values = new FloatPointer();

  HostValues(Readout readout) {
    this.readout = readout;
  }

  @Override
  public Readout readout() {
    return readout;
  }

  @Override
  public void take(Tensor output) {
    Tensor range = BatchReadout.activated(readout, BatchReadout.range(readout, output));
    values = range.contiguous().data_ptr_float();
  }

  @Override
  public Reading reading(int row) {
    float[] read = new float[readout.columns()];
    values.position((long) row * read.length).get(read);
    return Reading.every(read);
  }
}
