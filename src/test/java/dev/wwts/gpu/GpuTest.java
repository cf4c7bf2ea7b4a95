package dev.wwts.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Device;
import dev.wwts.Kit;
import dev.wwts.ModelFiles;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import dev.wwts.internal.lane.CropProbe;
import dev.wwts.internal.lane.LaneProbe;
import dev.wwts.internal.torch.LibTorch;
import java.awt.Color;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs a card, in little: benchmarks/gpu-check.sh does it at length. */
@Tag("gpu")
class GpuTest {
  private static final Device CUDA = Device.cuda(0);

  @TempDir private static Path folder;
  private static Path model;

  @BeforeAll
  static void aCard() {
    assumeTrue(!LibTorch.cudaFacts().isEmpty(), "skipped: no card, or not LibTorch's CUDA build");
    model = ModelFiles.tiny(folder);
  }

  @Test
  void graphAndEagerAnswerAlike() {
    byte[] red = TestPictures.png(20, 30, Color.RED);
    try (Recognizer graph = Recognizer.builder(model).device(CUDA).load();
        Recognizer eager = Recognizer.builder(model).device(CUDA).cudaGraphs(false).load()) {
      assertThat(graph.remarks()).anyMatch(remark -> remark.contains("captured"));
      List<Recognition> expected = eager.recognize(red);
      for (int i = 0; i < 3; i++) {
        List<Recognition> actual = graph.recognize(red);
        assertThat(actual.get(0).label()).isEqualTo("红");
        // both in FP16, by the same kernels
        assertThat(actual.get(0).confidence())
            .isCloseTo(expected.get(0).confidence(), within(1e-3));
      }
    }
  }

  @Test
  void aWarmCallAllocatesNothing() throws Exception {
    ObjectNode figures = new JsonMapper().createObjectNode();

    boolean passed =
        new Steadiness(CUDA).warmCalls(model, TestPictures.jpeg(640, 480), 500, figures);

    assertThat(passed).as(figures.toString()).isTrue();
  }

  @Test
  void tooLittleMemoryIsSurvived() throws Exception {
    byte[] picture = TestPictures.jpeg(64, 64);

    // 1.5 MB a picture in FP16: 43 of them are more than a budget that a context's first block fits
    String large =
        ModelFiles.MANIFEST
            .replace("\"width\": 8, \"height\": 8", "\"width\": 512, \"height\": 512")
            .replace("\"size\": 8}", "\"size\": 512}");
    byte[] labels = ModelFiles.LABELS.getBytes(StandardCharsets.UTF_8);
    Path wide =
        ModelFiles.write(Files.createDirectories(folder.resolve("large")), "m * 10", large, labels);
    assertThat(LaneProbe.survived(wide, CUDA, 64L << 20, picture, 3)).isEqualTo(3);
  }

  @Test
  void cropsAreTheProcessors() throws Exception {
    Path photo = Kit.folder().resolve("photos/coffee.jpg");

    assertThat(CropProbe.cropDifference(model, CUDA, photo)).isLessThan(1.01);
  }
}
