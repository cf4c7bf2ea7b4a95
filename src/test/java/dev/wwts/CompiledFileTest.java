package dev.wwts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.natives.Natives;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Machine code is refused before it runs: untrusted, damaged, or compiled for another machine. */
class CompiledFileTest {
  @TempDir private Path folder;

  @Test
  void machineCodeNeedsTrust() {
    Path model = write(CompiledFiles.empty());

    assertThatThrownBy(() -> Recognizer.load(model))
        .asInstanceOf(type(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNTRUSTED))
        .satisfies(e -> assertThat(e.getMessage()).contains("machine code", "--trust-model"));
    assertThat(Bundle.describe(model).library()).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "2.13.0, 2.12.1, torch 2.12.1",
    "linux-x86_64, linux-arm64, linux-arm64",
    "sse2, avx1024_mimd, avx1024_mimd",
  })
  void codeForAnotherMachineIsRefused(String here, String other, String named) {
    refused(
        CompiledFiles.entries(CompiledFiles.COMPILED.replace(here, other), CompiledFiles.elf(0)),
        Reason.INCOMPATIBLE,
        named);
  }

  @Test
  void anotherDeviceOrPrecisionIsRefused() {
    Path model = write(CompiledFiles.empty());

    refused(trusted(model).device(Device.cuda(0)), Reason.INCOMPATIBLE, "cuda");
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "skipped: the file is for Linux and x86-64");
    refused(trusted(model).precision(Precision.BF16), Reason.INCOMPATIBLE, "bf16");
    String onCard = "\"cuda\", \"capability\": \"9.0\"";
    Path card =
        write(
            CompiledFiles.entries(
                CompiledFiles.COMPILED.replace("\"cpu\"", onCard), CompiledFiles.elf(0)));
    refused(trusted(card).device(Device.CPU), Reason.INCOMPATIBLE, "cuda");
  }

  /** The loader would map it and the process die at the first touch. */
  @Test
  void aLibraryThatIsCutShortIsRefused() {
    byte[] whole = CompiledFiles.elf(0);
    refused(with(CompiledFiles.elf(1 << 20)), Reason.CORRUPT, "no whole shared library");
    refused(with(Arrays.copyOf(whole, 80)), Reason.CORRUPT, "no whole shared library");
    refused(with(Arrays.copyOf(whole, 10)), Reason.CORRUPT, "no whole shared library");
    refused(with("#!/bin/sh\n".repeat(20).getBytes(UTF_8)), Reason.CORRUPT, "shared library");
  }

  @Test
  void aLibraryThatTheSystemRefusesIsToldAndRemoved() throws Exception {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "skipped: the file is for Linux and x86-64");
    refused(CompiledFiles.empty(), Reason.LOAD_FAILED, "machine code can't be loaded");
    assertThat(unpacked()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model/data/aotinductor/model/../../../x.so",
        "../x.so",
        "model/data/aotinductor/model/b.cpp",
        "model/data/aotinductor/other/b.so",
        "model/data/aotinductor/model/b.so",
        "model/DATA/aotinductor/model/a.so",
        "model/code/__torch__.py",
      })
  void otherEntriesAreRefused(String name) {
    Map<String, byte[]> entries = CompiledFiles.empty();
    entries.put(name, new byte[] {1});

    assertThatThrownBy(() -> trusted(write(entries)).load())
        .asInstanceOf(type(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isIn(Reason.CORRUPT, Reason.NOT_A_MODEL))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400).doesNotContain("\n"));
    assertThat(folder.resolve("../x.so")).doesNotExist();
  }

  @Test
  void aFileWithoutAManifestIsNoModel() {
    Map<String, byte[]> bare = CompiledFiles.empty();
    bare.remove("model/extra/wwts.json");
    refused(bare, Reason.NOT_A_MODEL, "--aoti");
    refused(CompiledFiles.entries("", CompiledFiles.elf(0)), Reason.BAD_MANIFEST, "compiled");
    refused(
        CompiledFiles.entries(
            CompiledFiles.COMPILED.replace("\"max\": 4096", "\"max\": 0"), CompiledFiles.elf(0)),
        Reason.BAD_MANIFEST,
        "compiled.batch.max");
    refused(
        CompiledFiles.entries(
            CompiledFiles.COMPILED.replace("sse2", "sse 2"), CompiledFiles.elf(0)),
        Reason.BAD_MANIFEST,
        "compiled.cpu_features");
  }

  private static Map<String, byte[]> with(byte[] library) {
    return CompiledFiles.entries(CompiledFiles.COMPILED, library);
  }

  private Path write(Map<String, byte[]> entries) {
    return ModelFiles.zip(folder.resolve("model.pt2"), entries);
  }

  private static RecognizerBuilder trusted(Path model) {
    return Recognizer.builder(model).trusted(true);
  }

  private void refused(Map<String, byte[]> entries, Reason reason, String named) {
    refused(trusted(write(entries)), reason, named);
  }

  private static void refused(RecognizerBuilder builder, Reason reason, String named) {
    assertThatThrownBy(() -> builder.load().close())
        .asInstanceOf(type(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
        .satisfies(e -> assertThat(e.getMessage()).contains(named).doesNotContain("\n"))
        .satisfies(e -> assertThat(e.getMessage()).endsWith(".").hasSizeLessThan(400));
  }

  /** How many folders of machine code lie beside the native libraries. */
  static long unpacked() throws Exception {
    try (var files = Files.list(Natives.folder())) {
      return files.filter(it -> it.getFileName().toString().startsWith("model-")).count();
    }
  }
}
