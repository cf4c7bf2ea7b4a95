package dev.wwts.internal.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that people name instead of a model: told what they have, and what to do. */
class FileKindTest {
  @TempDir private static Path folder;

  private static Stream<Arguments> starts() {
    return Stream.of(
        Arguments.of("version https://git-lfs.github.com/spec/v1\noid sha256:00", "git lfs pull"),
        Arguments.of("\n<!DOCTYPE html>\n<html>", "web page"),
        Arguments.of("\u00ef\u00bb\u00bf<html lang=\"zh\">", "web page"),
        Arguments.of("<?xml version=\"1.0\"?><Error><Code>AccessDenied", "web page"),
        Arguments.of("\b\n\u0012\7pytorch\32\0052.0.0", "ONNX"),
        Arguments.of("\b\7\u0012\6skl2on", "ONNX"),
        Arguments.of("\130\1\0\0\0\0\0\0{\"weight\":{\"dtype\":\"F32\"", "safetensors"),
        Arguments.of("\u0080\2\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\31.", "pickle"),
        Arguments.of("\u0080\4\u0095\20\0\0", "pickle"),
        Arguments.of("GGUF\3\0\0\0", "GGUF"),
        Arguments.of("\34\0\0\0TFL3\0", "TensorFlow Lite"),
        Arguments.of("\u0089HDF\r\n\32\n", "HDF5"),
        Arguments.of("\37\u008b\b\0", "gzip"),
        Arguments.of("\0".repeat(257) + "ustar\00000", "tar"),
        Arguments.of("{\"format\": 1}", "JSON"),
        Arguments.of("\u00ff\u00d8\u00ff\u00e0", "picture"),
        Arguments.of("\177ELF\2\1\1", "program"),
        Arguments.of("hello", "not a TorchScript file"),
        Arguments.of("", "empty"));
  }

  @ParameterizedTest
  @MethodSource("starts")
  void tellsAFileByItsFirstBytes(String start, String named) throws IOException {
    Path file = Files.write(folder.resolve("model.pt"), start.getBytes(ISO_8859_1));

    refused(file, named);
  }

  @Test
  void tellsAZipByItsEntries() {
    refused(zip("m/data.pkl", "m/data/0", "m/version"), "checkpoint");
    refused(zip("m/archive_format", "m/models/model.json"), ".pt2");
    refused(zip("data/aotinductor/model/a.so"), ".pt2");
    refused(zip("m/bytecode.pkl", "m/version"), "mobile");
    refused(zip("config.json", "model.weights.h5"), "Keras");
    refused(zip("arr_0.npy"), "NumPy");
    refused(zip("downloads/model.pt"), "unpack");
    refused(zip("word/document.xml"), "zip but not a TorchScript");
  }

  @Test
  void aFolderInAZipIsNoModel() {
    refused(zip("readme"), "zip but not a TorchScript");
  }

  private static void refused(Path file, String named) {
    assertThatThrownBy(() -> Bundle.describe(file))
        .asInstanceOf(type(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_A_MODEL))
        .satisfies(e -> assertThat(e.getMessage()).contains(file.toString(), named).endsWith("."));
  }

  private static Path zip(String... names) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (String name : names) {
      entries.put(name, new byte[] {1});
    }
    return ModelFiles.zip(folder.resolve("zip.pt"), entries);
  }
}
