package dev.wwts.internal.lane;

import dev.wwts.internal.head.Reading;
import dev.wwts.internal.head.Readings;
import dev.wwts.internal.head.Readout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A readout of one batch after the other, on a device. */
interface BatchReadout {
  /** What it reads. */
  Readout readout();

  /** What it read of a picture of the batch, from 0. */
  Reading reading(int row);

  /**
   * What they read of the first {@code n} pictures.
   *
   * @throws dev.wwts.ModelException if it is not finite
   */
  static List<Readings> readings(List<? extends BatchReadout> readouts, int n, Path model) {
    List<Readings> rows = new ArrayList<>(n);
    for (int row = 0; row < n; row++) {
      Map<Readout, Reading> each = new LinkedHashMap<>();
      for (BatchReadout one : readouts) {
        each.put(one.readout(), one.reading(row));
      }
      rows.add(new Readings(each).finite(model));
    }
    return rows;
  }

  /** A readout's range of a network's output, inside the caller's pointer scope. */
  static Tensor range(Readout readout, Tensor output) {
    return readout.first() == 0 && readout.columns() == output.size(1)
        ? output
        : output.narrow(1, readout.first(), readout.columns());
  }

  /** What its activation makes of a range, inside the caller's pointer scope. */
  static Tensor activated(Readout readout, Tensor range) {
    return switch (readout.activation()) {
      case SOFTMAX -> torch.softmax(range, -1);
      case SIGMOID -> torch.sigmoid(range);
      case NONE -> range;
    };
  }
}
