package dev.wwts.internal.rewrite;

import java.util.Set;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;

/**
 * Where and how a network will run, which is what passes go by; inside the pointer scope that the
 * device was made in.
 *
 * @param type what float32 tensors become
 * @param channelsLast whether the weights of convolutions are laid out for inputs whose channels
 *     lie side by side
 * @param batch the rows that convolutions are measured for
 * @param together the convolutions that measured faster in one call with what follows them
 */
public record Destination(
    Device device,
    torch.ScalarType type,
    boolean channelsLast,
    int batch,
    Set<ConvolutionShape> together) {
  /** Where nothing is measured. */
  public static Destination of(Device device, torch.ScalarType type, boolean channelsLast) {
    return new Destination(device, type, channelsLast, 1, Set.of());
  }

  public static Destination processor(torch.ScalarType type) {
    return of(new Device(torch.DeviceType.CPU), type, false);
  }
}
