package dev.wwts.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Which sources are measured, asked of git where there is a checkout and a git. */
final class GitRevision {
  private GitRevision() {}

  /** The commit, "+ changes" where files differ from it, "unknown" where git can't tell. */
  static String of(Path home) {
    Path folder = home.toAbsolutePath();
    if (!Files.exists(folder.resolve(".git"))) {
      return "unknown";
    }
    String commit = git(folder, "rev-parse", "HEAD");
    if (!commit.matches("[0-9a-f]{40,64}")) {
      return "unknown";
    }
    return git(folder, "status", "--porcelain", "--untracked-files=no").isEmpty()
        ? commit
        : commit + " + changes";
  }

  private static String git(Path folder, String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean done = process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
      return done ? text.strip() : "unknown";
    } catch (IOException e) {
      return "unknown";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
