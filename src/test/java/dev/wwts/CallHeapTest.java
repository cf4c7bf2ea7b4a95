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
  private static final int WARM = 300;
  private static final int CALLS = 300;

  /** 4.0 KB when this was written: a few further objects a call fail. */
  private static final long MOST = 4608;

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

  /** Bytes of heap that a call of this thread takes, on average. */
  static long bytesPerCall(Recognizer recognizer, byte[] picture) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    for (int i = 0; i < WARM; i++) {
      recognizer.recognize(picture);
    }
    long before = threads.getThreadAllocatedBytes(self);
    for (int i = 0; i < CALLS; i++) {
      recognizer.recognize(picture);
    }
    return (threads.getThreadAllocatedBytes(self) - before) / CALLS;
  }
}
