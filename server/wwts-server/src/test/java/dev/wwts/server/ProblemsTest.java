package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.CallInterruptedException;
import dev.wwts.DeadlineExceededException;
import dev.wwts.DeviceException;
import dev.wwts.ModelException;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.OverloadedException;
import dev.wwts.PictureException;
import dev.wwts.RecognizerClosedException;
import dev.wwts.SwapException;
import dev.wwts.WwtsException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ProblemsTest {
  @Test
  void eachFailureHasItsStatusAndReason() {
    Map<WwtsException, String> expected =
        Map.ofEntries(
            Map.entry(picture(PictureException.Reason.EMPTY), "400 empty"),
            Map.entry(picture(PictureException.Reason.TRUNCATED), "400 truncated"),
            Map.entry(picture(PictureException.Reason.CORRUPT), "400 corrupt"),
            Map.entry(picture(PictureException.Reason.TOO_LARGE), "413 too_large"),
            Map.entry(
                picture(PictureException.Reason.UNSUPPORTED_FORMAT), "415 unsupported_format"),
            Map.entry(new OverloadedException("x"), "503 overloaded"),
            Map.entry(new DeadlineExceededException("x"), "504 late"),
            Map.entry(new RecognizerClosedException("x"), "503 closed"),
            Map.entry(
                new CallInterruptedException("x", new InterruptedException()), "503 interrupted"),
            Map.entry(new DeviceException("x"), "500 device"),
            Map.entry(
                new OutOfDeviceMemoryException("x", 1, 1, new IllegalStateException()),
                "503 out_of_device_memory"),
            Map.entry(new SwapException(SwapException.Reason.SELF_TEST, "x"), "409 self_test"),
            Map.entry(new SwapException(SwapException.Reason.CLOSED, "x"), "503 closed"),
            Map.entry(
                new ModelException(ModelException.Reason.WRONG_SHA256, "x"), "422 wrong_sha256"));
    expected.forEach(
        (failure, status) -> {
          var problem = Problems.of(failure);
          assertThat(
                  problem.getStatus()
                      + " "
                      + Objects.requireNonNull(problem.getProperties()).get("reason"))
              .isEqualTo(status);
          assertThat(problem.getDetail()).isEqualTo("x");
        });
  }

  private static PictureException picture(PictureException.Reason reason) {
    return new PictureException(reason, "x");
  }
}
