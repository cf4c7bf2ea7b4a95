package dev.wwts.internal.torch;

import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.remark.Remarks;
import java.util.Set;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * What all lanes of a model on a card have in common.
 *
 * @param bundle the model's file
 * @param device the card, from 0
 * @param type the network's precision
 * @param channelsLast whether the network's input has a pixel's colours side by side
 * @param expected the batches that keep their buffers, and their graph
 * @param graphs whether graphs are wanted
 * @param cardJpegs whether the card decodes JPEGs
 * @param remarks where lanes tell how they run
 */
public record CudaSetup(
    Bundle bundle,
    int device,
    torch.ScalarType type,
    boolean channelsLast,
    Set<Integer> expected,
    boolean graphs,
    boolean cardJpegs,
    Remarks remarks) {
  public CudaSetup {
    expected = Set.copyOf(expected);
  }

  public CudaSetup withChannelsLast(boolean value) {
    return new CudaSetup(bundle, device, type, value, expected, graphs, cardJpegs, remarks);
  }

  public CudaSetup withRemarks(Remarks other) {
    return new CudaSetup(bundle, device, type, channelsLast, expected, graphs, cardJpegs, other);
  }

  /** Inside the caller's pointer scope. */
  public Device card() {
    return new Device(torch.DeviceType.CUDA, (byte) device);
  }

  /** Options for tensors on the card, inside the caller's pointer scope. */
  public TensorOptions on(torch.ScalarType scalars) {
    return new TensorOptions(scalars).device(new DeviceOptional(card()));
  }

  /** The input's layout, inside the caller's pointer scope. */
  public MemoryFormatOptional layout() {
    return new MemoryFormatOptional(
        channelsLast ? torch.MemoryFormat.ChannelsLast : torch.MemoryFormat.Contiguous);
  }
}
