package dev.wwts.server;

import dev.wwts.pull.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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
  @Spec private CommandSpec spec = CommandSpec.create();

  @ArgGroup(exclusive = false, heading = "%nWhere it listens:%n")
  private Access access = new Access();

  @ArgGroup(exclusive = false, heading = "%nWhat it answers with:%n")
  private Settings model = new Settings();

  /** The version, from the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Version.class.getPackage().getImplementationVersion();
      return new String[] {"wwts-server " + (version == null ? "(not from a jar)" : version)};
    }
  }

  /** Who may ask. */
  static final class Access {
    @Option(names = "--port", paramLabel = "N", description = "Default: 8080; 0: any free one.")
    private @Nullable Integer port;

    @Option(
        names = "--host",
        paramLabel = "ADDRESS",
        description =
            "The address to listen at (default: 127.0.0.1, this machine alone). Others need a token.")
    private @Nullable String host;

    @Option(
        names = "--token",
        paramLabel = "TOKEN",
        description =
            "What requests must bear, better told by WWTS_SERVER_TOKEN; made at the start if not given.")
    private @Nullable String token;

    @Option(names = "--insecure", description = "Ask for no token, whoever can reach the address.")
    private boolean insecure;
  }

  /** The model and what it may take. */
  static final class Settings {
    @Option(
        names = "--model",
        paramLabel = "M.pt",
        description =
            "The model file, or the name of a pulled one; models/default.pt if not given.")
    private @Nullable String file;

    @Option(
        names = "--sha256",
        paramLabel = "DIGITS",
        description = "Refuse the model if its SHA-256 is another one.")
    private @Nullable String sha256;

    @Option(
        names = "--models",
        paramLabel = "DIR",
        description =
            "The folder of pulled models, whose files may be swapped in; $WWTS_MODELS, else ~/.local/share/wwts/models if not given.")
    private @Nullable Path folder;

    @Option(
        names = "--gallery",
        paramLabel = "DIR",
        description = "A folder of labelled pictures' embeddings, made if it is not there.")
    private @Nullable Path gallery;

    @Option(names = "--trust-model", description = "Load it though its code is not harmless.")
    private boolean trusted;

    @Option(
        names = "--device",
        paramLabel = "auto|cpu|cuda[:N]",
        description = "Where the network runs (default: auto).")
    private @Nullable String device;

    @Option(
        names = "--precision",
        paramLabel = "auto|fp32|fp16|bf16",
        description = "What the network computes in (default: auto).")
    private @Nullable String precision;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads of one forward.")
    private @Nullable Integer threads;

    @Option(names = "--lanes", paramLabel = "N", description = "Forwards at the same time.")
    private @Nullable Integer lanes;

    @Option(
        names = "--queue",
        paramLabel = "N",
        description = "Calls that may wait (default: 128).")
    private @Nullable Integer queue;

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        description = "In what time a call must be answered (default: 20s).")
    private @Nullable String timeout;

    @Option(
        names = "--max-bytes",
        paramLabel = "SIZE",
        description = "The largest picture file (default: 64MB).")
    private @Nullable String maxBytes;

    @Option(
        names = "--max-pixels",
        paramLabel = "N",
        description = "The largest picture that is decoded (default: 128000000).")
    private @Nullable Long maxPixels;
  }

  @Override
  public Integer call() {
    SpringApplication.run(WwtsServer.class, arguments().toArray(String[]::new));
    return ExitCode.OK;
  }

  /** For Spring's command line. */
  List<String> arguments() {
    ModelFolder folder = ModelFolder.of(model.folder);
    List<String> arguments = new ArrayList<>();
    add(arguments, "server.port", access.port);
    add(arguments, "server.address", access.host);
    add(arguments, "wwts.server.token", access.token);
    add(arguments, "wwts.server.insecure", access.insecure ? true : null);
    add(arguments, "wwts.server.models", folder.folder().toAbsolutePath());
    add(arguments, "wwts.model", model.file == null ? null : file(model.file, folder));
    add(arguments, "wwts.sha256", model.sha256);
    add(arguments, "wwts.gallery", model.gallery == null ? null : model.gallery.toAbsolutePath());
    add(arguments, "wwts.trusted", model.trusted ? true : null);
    add(arguments, "wwts.device", model.device);
    add(arguments, "wwts.precision", model.precision);
    add(arguments, "wwts.threads", model.threads);
    add(arguments, "wwts.lanes", model.lanes);
    add(arguments, "wwts.queue", model.queue);
    add(arguments, "wwts.timeout", model.timeout);
    add(arguments, "wwts.limits.max-bytes", model.maxBytes);
    add(arguments, "wwts.limits.max-pixels", model.maxPixels);
    return arguments;
  }

  /** As the other commands take it: a bare name means the pulled model first. */
  private String file(String given, ModelFolder folder) {
    Optional<Path> pulled = folder.find(given);
    if (pulled.isEmpty() && ModelFolder.isName(given) && !Files.isRegularFile(Path.of(given))) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no file %s, and no model of that name in %s: wwts pull --list names what can be fetched."
              .formatted(given, folder.folder()));
    }
    return pulled.map(Path::toString).orElse(given);
  }

  private static void add(List<String> arguments, String property, @Nullable Object value) {
    if (value != null) {
      arguments.add("--" + property + "=" + value);
    }
  }
}
