package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.internal.model.Manifest.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** How wide a file's weights are, before anything of it is read in earnest. */
public final class WeightWidth {
  private static final String MANIFEST = "/extra/wwts.json";
  private static final int MOST_MANIFEST = 1 << 20;

  private WeightWidth() {}

  /** Whether its manifest says 16 bits; what is wrong with the file, loading it tells. */
  public static boolean isHalf(Path file) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry manifest =
          zip.stream().filter(entry -> entry.getName().endsWith(MANIFEST)).findFirst().orElse(null);
      if (manifest == null) {
        return false;
      }
      try (InputStream in = zip.getInputStream(manifest)) {
        byte[] json = in.readNBytes(MOST_MANIFEST);
        return ManifestReader.read(json, file.toString()).dtype() != DType.FLOAT32;
      }
    } catch (IOException | ModelException | UnsupportedOperationException e) {
      return false;
    }
  }
}
