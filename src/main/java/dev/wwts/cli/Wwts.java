package dev.wwts.cli;

import dev.wwts.Device;
import dev.wwts.JpegDecoder;
import dev.wwts.Precision;
import dev.wwts.WwtsException;
import dev.wwts.internal.text.Printable;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

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
      "2:wrong usage, the model or device can't be used, or the output can't be written",
      "141:who read the output has closed the pipe, as head does"
    },
    footer = {
      "",
      "Examples:",
      "  wwts recognize photo.jpg",
      "  wwts recognize --json --top 3 --model my.pt folder/",
      "  wwts gallery add --gallery goods --label 红茶 photo.jpg",
      "  wwts train-head --out my.pt folder/",
      "  wwts cluster --out sheet.html folder/",
      "  wwts pull photos",
      "  wwts verify my.pt",
      "  wwts serve --model my.pt --port 8080",
      "  wwts vram --model my.pt --batches 1,4,8 --budget 6GB"
    },
    subcommands = {
      Recognize.class,
      Embed.class,
      GalleryCommand.class,
      TrainHead.class,
      Cluster.class,
      Pull.class,
      Convert.class,
      Verify.class,
      Info.class,
      Doctor.class,
      Vram.class,
      Serve.class,
      HelpCommand.class
    })
public final class Wwts {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int UNUSABLE = 2;

  private Wwts() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    setUnlessSet("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    // this process is the command line's own, so that JavaCPP is told here what a library must not:
    // to log as we do, to be quiet of the OpenBLAS that the POM pins, and to count no memory
    // (on the module path JavaCPP does not read slf4j)
    if (!Wwts.class.getModule().isNamed()) {
      setUnlessSet("org.bytedeco.javacpp.logger", "slf4j");
    }
    setUnlessSet("org.slf4j.simpleLogger.log.org.bytedeco", "error");
    setUnlessSet("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    System.setErr(Console.log());
    System.exit(run(Console.out(), Console.err(), FileNames.arguments(args)));
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Runs a command; what it prints goes to the two writers. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    try {
      CommandLine commandLine =
          commandLine()
              .setOut(out)
              .setErr(err)
              .setExecutionStrategy(parsed -> execute(parsed, err));
      int code = args.length == 0 ? usage(commandLine) : commandLine.execute(args);
      out.flush();
      err.flush();
      Console.requireLog();
      return code;
    } catch (Console.Lost e) {
      return e.exitCode(err);
    } catch (OutOfMemoryError e) {
      err.println("[ERROR] There is not enough memory: " + Printable.line(e.getMessage() + "."));
      return UNUSABLE;
    }
  }

  /**
   * What a command throws goes to {@link #failed}; help, which picocli prints, has no such place.
   */
  private static int execute(CommandLine.ParseResult parsed, PrintWriter err) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (Console.Lost e) {
      return e.exitCode(err);
    }
  }

  private static CommandLine commandLine() {
    CommandLine commandLine =
        new CommandLine(new Wwts())
            .setExpandAtFiles(false)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(Wwts::refused)
            .setExecutionExceptionHandler(Wwts::failed);
    commandLine.registerConverter(Device.class, converter(Device::parse));
    commandLine.registerConverter(Precision.class, converter(Precision::parse));
    commandLine.registerConverter(JpegDecoder.class, converter(JpegDecoder::parse));
    commandLine.registerConverter(Path.class, converter(Wwts::file));
    return commandLine;
  }

  /** picocli puts Java's name of any other exception into its message. */
  private static <T> ITypeConverter<T> converter(Function<String, T> parse) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }

  private static Path file(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the name of a file or folder is empty");
    }
    return FileNames.path(name);
  }

  private static int usage(CommandLine commandLine) {
    commandLine.usage(commandLine.getOut());
    return UNUSABLE;
  }

  private static int refused(CommandLine.ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("[ERROR] " + Printable.line(String.valueOf(failure.getMessage())));
    CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
    err.println("How it is used: " + command.getCommandSpec().qualifiedName() + " --help");
    return UNUSABLE;
  }

  /** The files that a command was given. */
  private static List<Path> files(CommandLine.ParseResult parsed) {
    List<Path> files = new ArrayList<>();
    for (CommandLine.ParseResult of = parsed; of != null; of = of.subcommand()) {
      for (CommandLine.Model.ArgSpec argument : of.matchedArgs()) {
        if (argument.getValue() instanceof Path file) {
          files.add(file);
        } else if (argument.getValue() instanceof Collection<?> several) {
          several.stream().filter(Path.class::isInstance).map(Path.class::cast).forEach(files::add);
        }
      }
    }
    return files;
  }

  private static int failed(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    if (failure instanceof Console.Lost lost) {
      return lost.exitCode(err);
    }
    if (failure instanceof WwtsException || failure instanceof IllegalArgumentException) {
      err.println("[ERROR] " + Printable.line(FileNames.message(failure, files(parsed))));
    } else if (failure instanceof UncheckedIOException e) {
      err.println("[ERROR] " + Printable.line(e.getMessage() + " (" + e.getCause() + ")"));
    } else {
      err.println("[ERROR] This is a fault of wwts:");
      failure.printStackTrace(err);
    }
    return UNUSABLE;
  }
}
