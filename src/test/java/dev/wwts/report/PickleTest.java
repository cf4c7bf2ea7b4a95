package dev.wwts.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.cuda.AllocatorSnapshot;
import dev.wwts.internal.cuda.AllocatorSnapshot.Block;
import dev.wwts.internal.cuda.AllocatorSnapshot.Event;
import dev.wwts.internal.cuda.AllocatorSnapshot.Pool;
import dev.wwts.internal.cuda.AllocatorSnapshot.Segment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The allocator's snapshot in the form that PyTorch's memory viewer opens. */
class PickleTest {
  private static final AllocatorSnapshot SNAPSHOT =
      new AllocatorSnapshot(
          List.of(
              new Segment(
                  0,
                  1L << 40,
                  3 << 20,
                  1 << 20,
                  1 << 20,
                  1000,
                  0,
                  true,
                  false,
                  new Pool(0, 3),
                  List.of(
                      new Block(1 << 20, 1000, true, true), new Block(2 << 20, 0, false, false)))),
          List.of(
              List.of(
                  new Event("segment_alloc", 1L << 40, 3 << 20, 0, 10),
                  new Event("alloc", 1L << 40, 1 << 20, 0, 11),
                  new Event("oom", 5 << 20, 9L << 30, 0, 12))));

  @Test
  void writesProtocolTwo() {
    assertThat(Pickle.of(Map.of("a", List.of(1, true))))
        .isEqualTo(
            new byte[] {
              (byte) 0x80,
              2,
              '}',
              '(',
              'X',
              1,
              0,
              0,
              0,
              'a',
              ']',
              '(',
              (byte) 0x8a,
              8,
              1,
              0,
              0,
              0,
              0,
              0,
              0,
              0,
              (byte) 0x88,
              'e',
              'u',
              '.'
            });
  }

  @Test
  void anArrayOfTwoIsATuple() {
    assertThat(Pickle.of(new Object[] {true, false}))
        .isEqualTo(new byte[] {(byte) 0x80, 2, (byte) 0x88, (byte) 0x89, (byte) 0x86, '.'});
  }

  @Test
  void pythonsViewerReadsIt(@TempDir Path folder) throws Exception {
    String python = System.getenv("WWTS_PYTHON");
    assumeTrue(python != null, "skipped: WWTS_PYTHON names no Python with torch");
    Path file = Files.write(folder.resolve("s.pickle"), Pickle.of(SNAPSHOT.forViewer()));
    String script =
        "import pickle,sys;import torch.cuda._memory_viz as v;"
            + "s=pickle.load(open(sys.argv[1],'rb'));print(v.segsum(s));print(v.trace(s));"
            + "print(len(v.trace_plot(s))>1000, s['segments'][0]['blocks'][1]['address']-(1<<40),"
            + "s['device_traces'][0][2]['device_free'], s['segments'][0]['segment_pool_id'])";
    Process process =
        new ProcessBuilder(python, "-c", script, file.toString()).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(text).isZero();
    assertThat(text).contains("segments: 1").contains("True 1048576 5242880 (0, 3)");
  }
}
