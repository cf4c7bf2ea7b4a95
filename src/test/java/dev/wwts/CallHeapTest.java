package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a call on a warm lane takes of Java's heap. On the processor each LibTorch operation makes a
 * Java object of 136 bytes. A lane with CUDA graphs must stay under 4 KB (GpuTest, HostCudaTest).
 */
class CallHeapTest {
  private static final int WARM = 3000;
  private static final int CALLS = 300;

  /**
   * 5,510 to 5,520 bytes when this was written, once all is compiled (after 300 calls 5.7 to 6.4
   * KB): a few further objects a call fail.
   */
  private static final long MOST = 5_888;

  @TempDir private static Path folder;

  @Test
  void aCallOnTheProcessorTakesLittleHeap() {
    byte[] picture = TestPictures.jpeg(640, 480);
    try (Recognizer recognizer = Recognizer.builder(ModelFiles.tiny(folder)).lanes(1).load()) {
      long bytes = bytesPerCall(recognizer, picture);

      System.out.printf("Java heap of a call on the processor: %,d bytes%n", bytes);
      assertThat(bytes).isLessThan(MOST);
    }
  }

  /** Bytes of heap that a call takes on average, in this thread and in the recognizer's. */
  static long bytesPerCall(Recognizer recognizer, byte[] picture) {
    for (int i = 0; i < WARM; i++) {
      recognizer.recognize(picture);
    }
    long before = allocated();
    for (int i = 0; i < CALLS; i++) {
      recognizer.recognize(picture);
    }
    return (allocated() - before) / CALLS;
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> each == Thread.currentThread() || each.getName().startsWith("wwts-"))
        .mapToLong(each -> threads.getThreadAllocatedBytes(each.getId()))
        .sum();
  }
}
