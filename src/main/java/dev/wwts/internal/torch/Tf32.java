package dev.wwts.internal.torch;

import dev.wwts.internal.remark.Remark;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/**
 * Whether convolutions and matrix products in 32 bits on a card may round their factors to TF32.
 * LibTorch's switches are the process's, one for cuDNN and one for cuBLAS: while networks in 32
 * bits are open they are on if all of those allow it, and afterwards as they were.
 */
public final class Tf32 implements AutoCloseable {
  private static final List<Tf32> OPEN = new ArrayList<>();
  private static boolean convolutionsBefore;
  private static boolean productsBefore;

  private final boolean allowed;

  private Tf32(boolean allowed) {
    this.allowed = allowed;
  }

  /** Takes part in the switches until closed. */
  public static Tf32 open(boolean allowed) {
    Tf32 wish = new Tf32(allowed);
    synchronized (OPEN) {
      NativeScope.of(
          () -> {
            Context context = torch.globalContext();
            if (OPEN.isEmpty()) {
              // the service may have its own wish for what else it runs
              convolutionsBefore = context.allowTF32CuDNN();
              productsBefore = context.allowTF32CuBLAS();
            }
            return context;
          });
      OPEN.add(wish);
      set();
    }
    return wish;
  }

  private static void set() {
    boolean all = OPEN.stream().allMatch(wish -> wish.allowed);
    NativeScope.of(
        () -> {
          Context context = torch.globalContext();
          context.setAllowTF32CuDNN(OPEN.isEmpty() ? convolutionsBefore : all);
          context.setAllowTF32CuBLAS(OPEN.isEmpty() ? productsBefore : all);
          return context;
        });
  }

  /** Whether convolutions in 32 bits are rounded now. */
  public static boolean isOn() {
    return NativeScope.of(() -> torch.globalContext().allowTF32CuDNN());
  }

  /** How the network computes. */
  public Remark remark() {
    return new Remark.Rounding(allowed);
  }

  @Override
  public void close() {
    synchronized (OPEN) {
      if (OPEN.remove(this)) {
        set();
      }
    }
  }
}
