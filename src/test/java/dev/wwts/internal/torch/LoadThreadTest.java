package dev.wwts.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The thread that loads, seen from the one that waits for it. */
class LoadThreadTest {
  @BeforeAll
  static void natives() {
    LibTorch.load();
  }

  @Test
  void itWorksInInferenceModeWithTheCallersThreadsAndWhatIsOwnedOutlivesIt() {
    LibTorch.useThreads(1);
    try (Owned<Tensor> made =
        LoadThread.call(
            () -> {
              assertThat(torch.get_num_threads()).isEqualTo(1);
              return new Owned<>(torch.ones(2, 3));
            })) {
      assertThat(made.get().numel()).isEqualTo(6);
      assertThat(made.get().is_inference()).isTrue();
    }
  }

  @Test
  void itCarriesWhatAJavaThreadDoesNot() {
    long numbers = LoadThread.call(() -> torch.ones(recursion(400_000)).numel());
    assertThat(numbers).isEqualTo(400_000);
  }

  private static long recursion(int levels) {
    return levels == 0 ? 0 : 1 + recursion(levels - 1);
  }

  @Test
  void anInterruptIsKeptForLater() {
    Thread.currentThread().interrupt();
    long numbers = LoadThread.call(() -> torch.ones(2).numel());
    assertThat(numbers).isEqualTo(2);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void whatFailsThereIsThrownHere() {
    assertThatThrownBy(
            () ->
                LoadThread.call(
                    () -> {
                      throw new IllegalStateException("so");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("so");
    assertThatThrownBy(
            () ->
                LoadThread.call(
                    () -> {
                      throw new LinkageError("so");
                    }))
        .isInstanceOf(LinkageError.class);
  }
}
