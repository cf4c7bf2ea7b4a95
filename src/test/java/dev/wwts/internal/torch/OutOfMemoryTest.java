package dev.wwts.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.OutOfDeviceMemoryException;
import org.junit.jupiter.api.Test;

/** LibTorch's texts for too little memory, as c10/cuda/CUDACachingAllocator.cpp 2.13 words them. */
class OutOfMemoryTest {
  private static final String PLAIN =
      "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 5.80 GiB of which 512.00 MiB is free. "
          + "Including non-PyTorch memory, this process has 5.20 GiB memory in use. Of the allocated memory 4.50 GiB is allocated "
          + "by PyTorch, and 300.50 MiB is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try ...";
  private static final String BUDGET =
      "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.11 GiB of which 77.00 GiB is free. "
          + "Process 12 has 1.40 GiB memory in use. 1.00 GiB allowed; Of the allocated memory 1013.00 MiB is allocated by PyTorch, "
          + "with 8.00 MiB allocated in private pools (e.g., CUDA Graphs), and 3.00 MiB is reserved by PyTorch but unallocated.";

  @Test
  void readsWhatWasAskedForAndWhatIsFree() {
    OutOfDeviceMemoryException typed = typed(PLAIN);

    assertThat(typed.requestedBytes()).isEqualTo(2L << 30);
    assertThat(typed.freeBytes()).isEqualTo(512L << 20);
    assertThat(typed).hasMessageContaining("2,147,483,648 bytes asked for, 536,870,912 bytes left");
  }

  @Test
  void underABudgetWhatTheBudgetHasLeftCounts() {
    OutOfDeviceMemoryException typed = typed(BUDGET);

    assertThat(typed.requestedBytes()).isEqualTo(20L << 20);
    assertThat(typed.freeBytes()).isEqualTo((1024L - 1013) << 20);
  }

  @Test
  void readsItInsideAnInterpretersTraceback() {
    String traced =
        "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript (most recent call last):\n"
            + "RuntimeError: "
            + PLAIN
            + "\nException raised from malloc at ...";

    assertThat(typed(traced).requestedBytes()).isEqualTo(2L << 30);
  }

  @Test
  void whatTheTextDoesNotSayIsUnknown() {
    OutOfDeviceMemoryException typed =
        typed("CUDA out of memory. Tried to allocate more than 1EB memory.");

    assertThat(typed.requestedBytes()).isEqualTo(-1);
    assertThat(typed.freeBytes()).isEqualTo(-1);
    assertThat(
            typed(
                    "CUDA out of memory. Allocation was preemptively rejected because it would exceed"
                        + " per_process_memory_fraction limit. Requested size: 1048576. Allowed ...")
                .requestedBytes())
        .isEqualTo(1 << 20);
  }

  @Test
  void otherErrorsStayWhatTheyAre() {
    RuntimeException other = new RuntimeException("mat1 and mat2 shapes cannot be multiplied");
    RuntimeException wordless = new IllegalStateException();

    assertThat(OutOfMemory.typed(other)).isSameAs(other);
    assertThat(OutOfMemory.typed(wordless)).isSameAs(wordless);
    OutOfDeviceMemoryException already = typed(PLAIN);
    assertThat(OutOfMemory.typed(already)).isSameAs(already);
  }

  private static OutOfDeviceMemoryException typed(String text) {
    RuntimeException error = new RuntimeException(text);
    RuntimeException typed = OutOfMemory.typed(error);
    assertThat(typed).isInstanceOf(OutOfDeviceMemoryException.class).hasCause(error);
    return (OutOfDeviceMemoryException) typed;
  }
}
