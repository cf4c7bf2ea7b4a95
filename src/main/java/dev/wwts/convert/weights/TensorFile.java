package dev.wwts.convert.weights;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Named tensors: safetensors, or what torch.save wrote, in one file or in several. */
sealed interface TensorFile extends AutoCloseable
    permits SafeTensors, TorchCheckpoint, TensorParts, Supplemented {
  /** How many of a file's first bytes say what it is. */
  int START = 9;

  /**
   * Opens a file by what it begins with, whatever it is called, unless that is an index's name, and
   * checks it.
   *
   * @throws ModelException if it can't be read, is neither, or is damaged
   */
  static TensorFile open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ModelException(Reason.UNREADABLE, file + " is no file, or can't be read.");
    }
    if (PartIndex.isIndex(file)) {
      return TensorParts.open(file);
    }
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(START);
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, file + " can't be read.", e);
    }
    if (start.length < START || isSafeTensors(start)) {
      return SafeTensors.open(file);
    }
    if (start[0] == 'P' && start[1] == 'K') {
      return TorchCheckpoint.open(file);
    }
    if (start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5) {
      throw new ModelException(
          Reason.UNSUPPORTED,
          file
              + " is a checkpoint of PyTorch before 1.6, which is not read: store it again in Python, torch.save(torch.load(file, weights_only=True), file).");
    }
    return SafeTensors.open(file);
  }

  /** A length below 2^48, and the beginning of a JSON object: the length's bytes may be any. */
  private static boolean isSafeTensors(byte[] start) {
    return start[6] == 0 && start[7] == 0 && start[8] == '{';
  }

  /** Its tensors by name. */
  Map<String, StoredTensor> tensors();

  /**
   * Some of a tensor's elements as bytes, row by row.
   *
   * @param from the first byte, of an element's beginning
   * @param count of bytes, whole elements
   * @throws ModelException if the file became shorter meanwhile
   */
  byte[] bytes(String name, long from, int count) throws IOException;

  @Override
  void close();
}
