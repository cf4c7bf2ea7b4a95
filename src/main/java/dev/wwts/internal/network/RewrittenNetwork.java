package dev.wwts.internal.network;

import dev.wwts.ModelException;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.torch.CudnnAttention;
import dev.wwts.internal.torch.NativeErrors;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.Tensor;

/**
 * A network that was rewritten for cards, and beside it the plain one, of the same weights, for
 * batches that cuDNN refuses in the rewritten one: for which it has its calls is measured for the
 * smallest batch, and proven for one and two rows.
 */
final class RewrittenNetwork implements Network {
  private final Network rewritten;
  private final Network plain;
  private final Remarks remarks;
  private final Set<Long> refused = ConcurrentHashMap.newKeySet();

  /** Takes both over. */
  RewrittenNetwork(Network rewritten, Network plain, Remarks remarks) {
    this.rewritten = rewritten;
    this.plain = plain;
    this.remarks = remarks;
  }

  @Override
  public Tensor forward(Tensor input) {
    long rows = input.size(0);
    if (refused.contains(rows)) {
      return plain.forward(input);
    }
    try {
      // attention that cuDNN refused must not be asked of the plain one either
      return CudnnAttention.orWithout(() -> rewritten.forward(input));
    } catch (ModelException e) {
      // what is rewritten writes over no input; what is the network's own fault is thrown here
      Tensor answer = plain.forward(input);
      refused.add(rows);
      remarks.add(new Remark.PlainForBatches(rows, NativeErrors.firstWords(e)));
      return answer;
    }
  }

  @Override
  public boolean wantsChannelsLast() {
    return rewritten.wantsChannelsLast();
  }

  @Override
  public void close() {
    try {
      rewritten.close();
    } finally {
      plain.close();
    }
  }
}
