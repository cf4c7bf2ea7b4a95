package dev.wwts.server;

import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.info.Info;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import picocli.CommandLine;

/** The service's application. */
@OpenAPIDefinition(
    info =
        @Info(
            title = "wwts",
            description = "Recognition of everything, with Chinese labels (万物识别).",
            version = "1"))
@SpringBootApplication(
    exclude = UserDetailsServiceAutoConfiguration.class,
    proxyBeanMethods = false)
@EnableConfigurationProperties(ServerProperties.class)
public class WwtsServer {
  private static final int UNUSABLE = 2;

  /** Starts it; a wrong usage ends the process with code 2. */
  public static void main(String[] args) {
    int code =
        ServeCommand.line()
            .setParameterExceptionHandler(WwtsServer::refused)
            // Spring has told it
            .setExecutionExceptionHandler((failure, command, parsed) -> UNUSABLE)
            .execute(args);
    if (code != CommandLine.ExitCode.OK) {
      System.exit(code);
    }
  }

  private static int refused(CommandLine.ParameterException failure, String[] args) {
    System.err.println("[ERROR] " + failure.getMessage());
    System.err.println("How it is used: wwts serve --help");
    return UNUSABLE;
  }
}
