package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.PinnedBuffer;
import dev.wwts.internal.head.Reading;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.torch.AddressPointer;
import java.util.function.Consumer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** All numbers of a range, by LibTorch's operations on a card and a copy. */
final class CardValues implements CardReadout {
  private static final long GRAIN = 4096;

  private final Readout readout;
  private final CudaStream stream;
  private final PinnedBuffer results = new PinnedBuffer(GRAIN);
  private final long bytes;
  private final long address;
  private final FloatPointer values;
  private long onCard;

  CardValues(Readout readout, CudaStream stream, int size) {
    this.readout = readout;
    this.stream = stream;
    this.bytes = (long) size * readout.columns() * Float.BYTES;
    this.address = results.reserve(bytes);
    this.values = new FloatPointer(new AddressPointer(address));
  }

  @Override
  public Readout readout() {
    return readout;
  }

  @Override
  public void compute(Tensor output, Consumer<Tensor> keep) {
    Tensor range = BatchReadout.range(readout, output).to(torch.ScalarType.Float);
    Tensor read = BatchReadout.activated(readout, range).contiguous();
    keep.accept(read);
    onCard = read.data_ptr().address();
  }

  @Override
  public void download() {
    stream.download(address, onCard, bytes);
  }

  @Override
  public Reading reading(int row) {
    float[] read = new float[readout.columns()];
    values.position((long) row * read.length).get(read);
    return Reading.every(read);
  }

  @Override
  public void close() {
    results.close();
  }
}
