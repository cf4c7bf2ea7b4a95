package dev.wwts.server;

import dev.wwts.pull.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code wwts serve}: its options are names for properties. */
@Command(
    name = "wwts serve",
    mixinStandardHelpOptions = true,
    versionProvider = ServeCommand.Version.class,
    description = "Recognises pictures over HTTP, with a page to try it on.",
    footer = {
      "",
      "Whatever else Spring Boot and wwts can be told is told by environment variables:",
      "  SERVER_SSL_BUNDLE=… WWTS_LIMITS_IN_FLIGHT=512MB wwts serve"
    })
final class ServeCommand implements Callable<Integer> {
  private static final String MODEL = "wwts.model";
  private static final String MODELS = "wwts.server.models";

  /** Who may ask. */
  private static final List<Setting> ACCESS =
      List.of(
          number("--port", "server.port", "Default: 8080; 0: any free one."),
          text(
              "--host",
              "server.address",
              "ADDRESS",
              "The address to listen at (default: 127.0.0.1, this machine alone). Others need a token."),
          text(
              "--token",
              "wwts.server.token",
              "TOKEN",
              "What requests must bear, better told by WWTS_SERVER_TOKEN; made at the start if not given."),
          flag(
              "--insecure",
              "wwts.server.insecure",
              "Ask for no token, whoever can reach the address."));

  /** The model and what it may take. */
  private static final List<Setting> ANSWERS =
      List.of(
          text(
              "--model",
              MODEL,
              "M.pt",
              "The model file, or the name of a pulled one; models/default.pt if not given."),
          text(
              "--sha256",
              "wwts.sha256",
              "DIGITS",
              "Refuse the model if its SHA-256 is another one."),
          folder(
              "--models",
              MODELS,
              "The folder of pulled models, whose files may be swapped in; $WWTS_MODELS, else ~/.local/share/wwts/models if not given."),
          folder(
              "--gallery",
              "wwts.gallery",
              "A folder of labelled pictures' embeddings, made if it is not there."),
          flag("--trust-model", "wwts.trusted", "Load it though its code is not harmless."),
          text(
              "--device",
              "wwts.device",
              "auto|cpu|cuda[:N]",
              "Where the network runs (default: auto)."),
          text(
              "--precision",
              "wwts.precision",
              "auto|fp32|fp16|bf16",
              "What the network computes in (default: auto)."),
          number("--threads", "wwts.threads", "CPU threads of one forward."),
          number("--lanes", "wwts.lanes", "Forwards at the same time."),
          number("--queue", "wwts.queue", "Calls that may wait (default: 128)."),
          text(
              "--queue-timeout",
              "wwts.queue-timeout",
              "TIME",
              "How long one may wait; what waited longer is refused (default: 2s)."),
          text(
              "--timeout",
              "wwts.timeout",
              "TIME",
              "In what time a call must be answered (default: 20s)."),
          text(
              "--max-bytes",
              "wwts.limits.max-bytes",
              "SIZE",
              "The largest picture file (default: 64MB)."),
          number(
              "--max-pixels",
              "wwts.limits.max-pixels",
              "The largest picture that is decoded (default: 128000000)."));

  private final CommandLine line;

  /** An option, and the property that it names. */
  private record Setting(
      String option, String property, Class<?> type, String label, String description) {
    OptionSpec spec() {
      OptionSpec.Builder spec = OptionSpec.builder(option).type(type).description(description);
      return (type == boolean.class ? spec : spec.paramLabel(label)).build();
    }
  }

  private static Setting text(String option, String property, String label, String description) {
    return new Setting(option, property, String.class, label, description);
  }

  private static Setting folder(String option, String property, String description) {
    return new Setting(option, property, Path.class, "DIR", description);
  }

  private static Setting number(String option, String property, String description) {
    return new Setting(option, property, Long.class, "N", description);
  }

  private static Setting flag(String option, String property, String description) {
    return new Setting(option, property, boolean.class, "", description);
  }

  /** The version, from the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Version.class.getPackage().getImplementationVersion();
      return new String[] {"wwts-server " + (version == null ? "(not from a jar)" : version)};
    }
  }

  private ServeCommand() {
    CommandSpec spec = CommandSpec.forAnnotatedObject(this);
    spec.addArgGroup(group("%nWhere it listens:%n", ACCESS));
    spec.addArgGroup(group("%nWhat it answers with:%n", ANSWERS));
    this.line = new CommandLine(spec);
  }

  private static ArgGroupSpec group(String heading, List<Setting> settings) {
    ArgGroupSpec.Builder group = ArgGroupSpec.builder().exclusive(false).heading(heading);
    settings.forEach(setting -> group.addArg(setting.spec()));
    return group.build();
  }

  /** What reads a command line and starts the service. */
  static CommandLine line() {
    return new ServeCommand().line;
  }

  @Override
  public Integer call() {
    SpringApplication.run(WwtsServer.class, arguments(line).toArray(String[]::new));
    return ExitCode.OK;
  }

  /** For Spring's command line, of one that was read. */
  static List<String> arguments(CommandLine line) {
    CommandLine.ParseResult read = line.getParseResult();
    ModelFolder folder = ModelFolder.of(read.matchedOptionValue("--models", (Path) null));
    List<String> arguments = new ArrayList<>();
    arguments.add(argument(MODELS, folder.folder().toAbsolutePath()));
    Stream.concat(ACCESS.stream(), ANSWERS.stream())
        .filter(it -> read.hasMatchedOption(it.option()) && !it.property().equals(MODELS))
        .forEach(
            it -> {
              Object value = read.matchedOption(it.option()).getValue();
              arguments.add(
                  argument(
                      it.property(),
                      it.property().equals(MODEL)
                          ? file(line, String.valueOf(value), folder)
                          : value instanceof Path path ? path.toAbsolutePath() : value));
            });
    return arguments;
  }

  private static String argument(String property, Object value) {
    return "--" + property + "=" + value;
  }

  /** As the other commands take it: a bare name means the pulled model first. */
  private static String file(CommandLine line, String given, ModelFolder folder) {
    Optional<Path> pulled = folder.find(given);
    if (pulled.isEmpty() && ModelFolder.isName(given) && !Files.isRegularFile(Path.of(given))) {
      throw new ParameterException(
          line,
          "There is no file %s, and no model of that name in %s: wwts pull --list names what can be fetched."
              .formatted(given, folder.folder()));
    }
    return pulled.map(Path::toString).orElse(given);
  }
}
