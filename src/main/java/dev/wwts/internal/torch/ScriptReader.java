package dev.wwts.internal.torch;

import dev.wwts.internal.model.ModelContent;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.InputArchive;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.global.torch;

/** Reads TorchScript out of memory, so that what was checked is what is loaded. */
public final class ScriptReader {
  private ScriptReader() {}

  /**
   * The module in those bytes, which LibTorch copies. Of LibTorch's readers that the presets map,
   * only the archive's takes memory; the module that it reads is its first member, and it has no
   * virtual functions (torch/csrc/api/include/torch/serialize/input-archive.h of 2.13).
   */
  public static JitModule read(ModelContent content) {
    DeviceOptional where =
        new DeviceOptional(new org.bytedeco.pytorch.Device(torch.DeviceType.CPU));
    InputArchive archive = new InputArchive();
    try {
      archive.load_from(
          new BytePointer(new AddressPointer(content.address())), content.size(), where);
      return new JitModule(new JitModule((Pointer) archive));
    } finally {
      archive.close();
    }
  }
}
