package dev.wwts.convert;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.tflite.Script;
import dev.wwts.convert.tflite.Script.Parameter;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.LoadThread;
import dev.wwts.internal.torch.NativeErrors;
import java.io.File;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.ExtraFilesMap;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Writes a network as TorchScript, with LibTorch. */
public final class ModelWriter {
  private final Path out;

  /** Writes to that file. */
  public ModelWriter(Path out) {
    this.out = out;
  }

  /**
   * Writes it.
   *
   * @param extra entries below {@code extra/}
   * @param check told of the module before it is written, in a pointer scope
   * @throws ModelException if it can't be written, or is none that is read here
   */
  void write(Script script, Map<String, byte[]> extra, Consumer<JitModule> check) {
    write(
        () -> {
          JitModule module = module(script);
          check.accept(module);
          return module;
        },
        extra,
        file -> {});
  }

  /**
   * Writes it.
   *
   * @param made makes the module, in a pointer scope
   * @param extra entries below {@code extra/}
   * @param check told of the file before it is put where it belongs
   * @throws ModelException if it can't be written, or is none that is read here
   */
  public void write(Supplier<JitModule> made, Map<String, byte[]> extra, Consumer<Path> check) {
    LibTorch.load();
    WholeFile.write(
        out,
        file -> {
          save(made, extra, file);
          check.accept(file);
        });
  }

  private void save(Supplier<JitModule> made, Map<String, byte[]> extra, Path file) {
    try {
      LoadThread.call(
          () -> {
            JitModule module = made.get();
            ExtraFilesMap files = new ExtraFilesMap();
            extra.forEach(
                (name, bytes) -> files.put(new BytePointer(name), new BytePointer(bytes)));
            module.save(new BytePointer(name(file)), files);
            return true;
          });
    } catch (ModelException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new ModelException(
          Reason.LOAD_FAILED,
          out + " can't be made with LibTorch: " + NativeErrors.firstWords(e) + ".",
          e);
    }
  }

  /**
   * The bytes that the file system knows it by. As a text it would go through the locale's
   * encoding, which under LC_ALL=C makes question marks of what is not ASCII.
   */
  static byte[] name(Path file) {
    if (File.separatorChar != '/') {
      return file.toString().getBytes(Charset.defaultCharset());
    }
    String escaped = file.toUri().getRawPath().replace("+", "%2B");
    return URLDecoder.decode(escaped, ISO_8859_1).getBytes(ISO_8859_1);
  }

  private static JitModule module(Script script) {
    JitModule module = new JitModule(new QualifiedName("__torch__.wwts.Network"));
    for (Parameter parameter : script.parameters()) {
      long[] sizes = parameter.sizes().stream().mapToLong(Integer::longValue).toArray();
      Tensor tensor = torch.tensor(parameter.values()).view(sizes);
      module.register_parameter(parameter.name(), tensor, false);
    }
    module.define(script.source());
    module.eval();
    return module;
  }
}
