package dev.wwts.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code wwts serve}, which the service's own jar runs: here it is named, for who looks for it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Recognises pictures over HTTP, with a page to try it on.",
      "bin/wwts starts it: bin/wwts serve --help tells its options."
    })
final class Serve implements Callable<Integer> {
  /** Its options, which the service's jar reads. */
  @Unmatched private final List<String> options = new ArrayList<>();

  @Override
  public Integer call() {
    throw new IllegalArgumentException(
        "The service is a jar of its own: start it with bin/wwts serve %s, or java -jar wwts-server.jar."
            .formatted(String.join(" ", options)));
  }
}
