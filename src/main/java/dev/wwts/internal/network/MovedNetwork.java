package dev.wwts.internal.network;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A network on another device than the lane that feeds it: input and output are copied, each call.
 */
final class MovedNetwork implements Network {
  private final Network network;
  private final String device;
  private final torch.ScalarType type;

  MovedNetwork(Network network, dev.wwts.Device device, torch.ScalarType type) {
    this.network = network;
    this.device = device.toString();
    this.type = type;
  }

  @Override
  public Tensor forward(Tensor input) {
    return network.forward(input.to(new Device(device), type)).cpu();
  }

  @Override
  public boolean wantsChannelsLast() {
    return network.wantsChannelsLast();
  }

  @Override
  public void close() {
    network.close();
  }
}
