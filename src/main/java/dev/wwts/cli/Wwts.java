package dev.wwts.cli;

import dev.wwts.WwtsException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command {@code wwts}. */
@Command(
    name = "wwts",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Recognises pictures and names what they show in Chinese (万物识别).",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all pictures recognised, or the command did what it says",
      "1:some pictures failed, or a check did not pass",
      "2:wrong usage, or the model or device can't be used"
    },
    footer = {
      "",
      "Examples:",
      "  wwts recognize photo.jpg",
      "  wwts recognize --json --top 3 --model my.pt folder/",
      "  wwts verify my.pt",
      "  wwts vram --model my.pt --batches 1,4,8 --budget 6GB"
    },
    subcommands = {
      Recognize.class,
      Verify.class,
      Info.class,
      Doctor.class,
      Vram.class,
      BenchCompare.class,
      BenchReport.class,
      HelpCommand.class
    })
public final class Wwts {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int UNUSABLE = 2;

  private Wwts() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    // JavaCPP warns that the POM pins OpenBLAS to another version than the presets ask for; known
    // and harmless
    System.setProperty("org.slf4j.simpleLogger.log.org.bytedeco", "error");
    System.exit(run(utf8(FileDescriptor.out), utf8(FileDescriptor.err), args));
  }

  /** Runs a command; what it prints goes to the two writers. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine commandLine =
        new CommandLine(new Wwts())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(Wwts::failed);
    commandLine.registerConverter(dev.wwts.Device.class, dev.wwts.Device::parse);
    commandLine.registerConverter(dev.wwts.Precision.class, dev.wwts.Precision::parse);
    int code = args.length == 0 ? usage(commandLine) : commandLine.execute(args);
    out.flush();
    err.flush();
    return code;
  }

  private static int usage(CommandLine commandLine) {
    commandLine.usage(commandLine.getOut());
    return UNUSABLE;
  }

  private static int failed(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) throws Exception {
    if (failure instanceof WwtsException || failure instanceof IllegalArgumentException) {
      commandLine.getErr().println("[ERROR] " + failure.getMessage());
      return UNUSABLE;
    }
    throw failure;
  }

  /** Labels are Chinese whatever the locale says. */
  private static PrintWriter utf8(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
