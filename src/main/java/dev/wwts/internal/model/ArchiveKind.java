package dev.wwts.internal.model;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What torch's zips hold: a network as TorchScript, one compiled ahead of time, or weights alone.
 */
enum ArchiveKind {
  /** As torch.jit.save writes it; LibTorch reads nothing else below the file's folder. */
  TORCHSCRIPT(
      "TorchScript",
      "(code|data|constants|extra|traced_inputs|bytecode|\\.data)/.+"
          + "|version|byteorder|\\.format_version|\\.storage_alignment|[A-Za-z0-9_]+\\.pkl"),

  /** As AOTInductor packages it, without sources. */
  COMPILED(
      "A compiled network",
      "extra/.+|archive_format|archive_version|byteorder|\\.data/(version|serialization_id)"
          + "|data/aotinductor/model/[A-Za-z0-9_.]+(\\.so|_metadata\\.json)"),

  /** As torch.save writes it. */
  CHECKPOINT(
      "A checkpoint",
      "data\\.pkl|data/[A-Za-z0-9_.-]+|version|byteorder|\\.data/serialization_id"
          + "|\\.format_version|\\.storage_alignment");

  private static final String LIBRARIES = "data/aotinductor/model/";

  private final String title;
  private final Pattern entries;

  ArchiveKind(String title, String entries) {
    this.title = title;
    this.entries = Pattern.compile(entries);
  }

  /** What messages call it. */
  String title() {
    return title;
  }

  /**
   * The kind of an archive with those entries below its folder; null if it is none that is asked
   * for.
   *
   * @param isCheckpoint whether weights alone are asked for, or a model
   */
  static @Nullable ArchiveKind of(List<String> names, boolean isCheckpoint) {
    if (isCheckpoint) {
      boolean hasCode = names.stream().anyMatch(name -> name.startsWith("code/"));
      return names.contains("data.pkl") && !hasCode ? CHECKPOINT : null;
    }
    if (names.contains("archive_format") && names.stream().anyMatch(ArchiveKind::isLibrary)) {
      return COMPILED;
    }
    boolean isScript =
        names.contains("data.pkl")
            && names.contains("constants.pkl")
            && names.stream().anyMatch(name -> name.startsWith("code/"));
    return isScript ? TORCHSCRIPT : null;
  }

  static boolean isLibrary(String name) {
    return name.startsWith(LIBRARIES) && name.endsWith(".so");
  }

  /** Whether an archive of this kind may hold that entry. */
  boolean knows(String name) {
    return entries.matcher(name).matches();
  }
}
