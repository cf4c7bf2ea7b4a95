package dev.wwts.cli;

import dev.wwts.Device;
import dev.wwts.JpegDecoder;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that runs a model. */
final class ModelOptions {
  private static final String PHOTOS = "photos";

  @Option(
      names = "--device",
      paramLabel = "auto|cpu|cuda[:N]",
      defaultValue = "auto",
      description = "Where the network runs; auto: CUDA if there is one, else the CPU.")
  private Device device = Device.AUTO;

  @Option(
      names = "--precision",
      paramLabel = "auto|fp32|fp16|bf16",
      defaultValue = "auto",
      description = "What the network computes in; auto: fp16 on CUDA, else fp32.")
  private Precision precision = Precision.AUTO;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "CPU threads of one forward; all cores if not given.")
  private @Nullable Integer threads;

  @Option(
      names = {"--vram", "--budget"},
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "The most GPU memory LibTorch may take, 6GB or 512MiB; all if not given.")
  private @Nullable Long vram;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      converter = PixelCount.class,
      description = "The largest picture that is decoded, 200MP or pixels (default: 128MP).")
  private @Nullable Long maxPixels;

  @Option(
      names = "--max-bytes",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "The largest picture file that is read, 100MB or bytes (default: 64MiB).")
  private @Nullable Long maxBytes;

  @Option(
      names = "--no-cuda-graphs",
      description = "Run the network eagerly on a GPU, not as a CUDA graph.")
  private boolean noCudaGraphs;

  @Option(
      names = "--tf32",
      paramLabel = "on|off",
      converter = OnOff.Words.class,
      defaultValue = "off",
      description =
          "Whether fp32 on a GPU may round factors to TF32: faster, less exact (default: ${DEFAULT-VALUE}).")
  private OnOff tf32 = OnOff.OFF;

  @Option(
      names = "--decoder",
      paramLabel = "cpu|gpu",
      defaultValue = "cpu",
      description = "What decodes JPEGs; gpu: nvJPEG, on the GPU that the network runs on.")
  private JpegDecoder decoder = JpegDecoder.CPU;

  @Option(
      names = "--sha256",
      paramLabel = "DIGITS",
      description = "Refuse the model if its SHA-256 is another one.")
  private @Nullable String sha256;

  @Option(
      names = "--trust-model",
      description =
          "Load it though its code reaches beyond the network (files, messages, itself changed) or is machine code (.pt2).")
  private boolean trusted;

  @Mixin private ModelNames names = new ModelNames();

  /** The default model, in the project's folder. */
  static Path defaultModel() {
    return Path.of(System.getProperty("wwts.home", "")).resolve("models").resolve("default.pt");
  }

  /** The model file that is meant: the default model's if none is given. */
  Path model(@Nullable Path given) {
    return given == null ? defaultModel() : names.file(given);
  }

  /**
   * The pulled model for photographs, which stands behind the default one where nothing speaks for
   * one file: a pin, or a budget that two would share.
   */
  Optional<Path> photos() {
    return sha256 == null && vram == null ? names.folder().find(PHOTOS) : Optional.empty();
  }

  /** Whether that model is still to be pulled. */
  boolean lacksPhotos() {
    return names.folder().find(PHOTOS).isEmpty();
  }

  Device device() {
    return device;
  }

  boolean hasBudget() {
    return vram != null;
  }

  /** For commands that go beneath the recognizer, which reads it itself; the caller closes it. */
  Bundle bundle(Path model) {
    return Bundle.read(model, sha256, trusted);
  }

  /** For commands that go beneath the recognizer. */
  Settings engine(Device chosen, List<Integer> batches) {
    return Settings.DEFAULT
        .device(chosen)
        .precision(precision)
        .threads(threads == null ? 0 : threads)
        .topK(1)
        .batchSizes(batches)
        .vramBudget(vram == null ? 0 : vram)
        .cudaGraphs(!noCudaGraphs)
        .tf32(tf32 == OnOff.ON)
        .decoder(decoder);
  }

  RecognizerBuilder builder(Path model) {
    RecognizerBuilder builder = Recognizer.builder(model).device(device).precision(precision);
    builder.trusted(trusted);
    builder.cudaGraphs(!noCudaGraphs).tf32(tf32 == OnOff.ON);
    // who ends the command wants it to end
    builder.decoder(decoder).shutdownGrace(Duration.ZERO);
    if (vram != null) {
      builder.vramBudget(vram);
    }
    if (maxPixels != null) {
      builder.maxPixels(maxPixels);
    }
    if (maxBytes != null) {
      builder.maxBytes(maxBytes);
    }
    if (threads != null) {
      builder.threads(threads);
    }
    if (sha256 != null) {
      builder.sha256(sha256);
    }
    return builder;
  }
}
