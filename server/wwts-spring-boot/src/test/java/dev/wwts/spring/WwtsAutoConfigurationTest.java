package dev.wwts.spring;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.wwts.Device;
import dev.wwts.Gallery;
import dev.wwts.ModelException;
import dev.wwts.ModelSlot;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Precision;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class WwtsAutoConfigurationTest {
  private static final Path MODELS = Path.of("../../models");
  private static final Path MODEL = MODELS.resolve("default.pt");
  private static final Path ALARM_CLOCK = MODELS.resolve("samples/alarm-clock.png");

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(WwtsAutoConfiguration.class));

  @Test
  void aFileBecomesASlotThatAnswers() {
    runner
        .withPropertyValues("wwts.model=" + MODEL, "wwts.threads=1", "wwts.lanes=1")
        .run(
            context -> {
              ModelSlot slot = context.getBean(ModelSlot.class);
              assertThat(slot.answer(Picture.of(ALARM_CLOCK)).best().label()).isEqualTo("闹钟");
              assertThat(slot.version().model().device()).isEqualTo(Device.CPU);
              assertThat(slot.version().model().precision()).isEqualTo(Precision.FP32);
              assertThat(slot.version().model().threads()).isEqualTo(1);
            });
  }

  @Test
  void aResourceInAJarBecomesOneToo(@TempDir Path folder) throws Exception {
    Path jar = folder.resolve("models.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("models/own.pt"));
      Files.copy(MODEL, out);
    }
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
      runner
          .withClassLoader(loader)
          .withPropertyValues("wwts.model=classpath:models/own.pt")
          .run(
              context -> {
                ModelSlot slot = context.getBean(ModelSlot.class);
                assertThat(slot.answer(Picture.of(ALARM_CLOCK)).best().label()).isEqualTo("闹钟");
                assertThat(slot.version().file()).hasFileName("own.pt").doesNotExist();
              });
    }
  }

  @Test
  void settingsReachTheRecognizer() {
    runner
        .withPropertyValues(
            "wwts.model=file:" + MODEL,
            "wwts.device=cpu",
            "wwts.precision=fp32",
            "wwts.lanes=1",
            "wwts.decoders=1",
            "wwts.queue=0",
            "wwts.timeout=5s",
            "wwts.queue-timeout=2s",
            "wwts.top-k=2",
            "wwts.batching.most=2",
            "wwts.batching.max-wait=1ms",
            "wwts.limits.max-bytes=1KB")
        .run(
            context -> {
              ModelSlot slot = context.getBean(ModelSlot.class);
              assertThat(slot.<Integer>with((recognizer, version) -> recognizer.stats().lanes()))
                  .isEqualTo(1);
              PictureException refusal =
                  catchThrowableOfType(
                      PictureException.class, () -> slot.answer(Picture.of(new byte[1025])));
              assertThat(refusal.reason()).isEqualTo(PictureException.Reason.TOO_LARGE);
            });
  }

  @Test
  void aFolderBecomesAGalleryThatSurvivesTheContext(@TempDir Path folder) {
    ApplicationContextRunner with =
        runner.withPropertyValues("wwts.model=" + MODEL, "wwts.gallery=" + folder.resolve("goods"));
    with.run(context -> context.getBean(Gallery.class).add("我的闹钟", Picture.of(ALARM_CLOCK)));
    with.run(
        context -> {
          Gallery gallery = context.getBean(Gallery.class);
          context.getBean(ModelSlot.class).swap(MODEL);
          Gallery.Match match = gallery.recognize(Picture.of(ALARM_CLOCK));
          assertThat(match.result().orElseThrow().example().label()).isEqualTo("我的闹钟");
        });
    runner
        .withPropertyValues("wwts.model=" + MODEL)
        .run(context -> assertThat(context).doesNotHaveBean(Gallery.class));
  }

  @Test
  void wrongPropertiesAreNamed() {
    runner.run(
        context -> assertThat(context).getFailure().rootCause().hasMessageContaining("model"));
    for (String wrong :
        new String[] {
          "wwts.lanes=0",
          "wwts.sha256=abc",
          "wwts.threshold=1.5",
          "wwts.device=tpu",
          "wwts.precision=fp8",
          "wwts.limits.max-pixels=0",
          "wwts.queue=-1",
          "wwts.batching.most=0"
        }) {
      runner
          .withPropertyValues("wwts.model=" + MODEL, wrong)
          .run(
              context ->
                  assertThat(context)
                      .getFailure()
                      .hasStackTraceContaining(
                          wrong.replaceAll("^wwts\\.|=.*", "").replace("max-pixels", "maxPixels")));
    }
  }

  @Test
  void aMissingModelIsToldInASentence() {
    runner
        .withPropertyValues("wwts.model=nothing.pt")
        .run(
            context -> {
              Throwable failure = Objects.requireNonNull(context.getStartupFailure());
              assertThat(failure).hasRootCauseInstanceOf(ModelException.class);
              FailureAnalyzer analyzer = new WwtsFailureAnalyzer();
              assertThat(analyzer.analyze(failure))
                  .extracting(FailureAnalysis::getDescription, as(STRING))
                  .contains("nothing.pt");
            });
  }

  @Test
  void aSlotOfTheApplicationsOwnReplacesIt() {
    runner
        .withUserConfiguration(OwnSlot.class)
        .withPropertyValues("wwts.model=nothing.pt")
        .run(context -> assertThat(context).hasSingleBean(ModelSlot.class).hasBean("ownSlot"));
  }

  @Test
  void healthIsUpUntilTheModelIsClosed() {
    runner
        .withPropertyValues("wwts.model=" + MODEL)
        .run(
            context -> {
              HealthIndicator health = context.getBean(HealthIndicator.class);
              Health up = Objects.requireNonNull(health.health());
              assertThat(up.getStatus()).isEqualTo(Status.UP);
              assertThat(up.getDetails()).containsEntry("device", "cpu");
              context.getBean(ModelSlot.class).close();
              assertThat(Objects.requireNonNull(health.health()).getStatus())
                  .isEqualTo(Status.DOWN);
            });
  }

  @Test
  void figuresAreThoseOfTheModelInTheSlot() {
    runner
        .withPropertyValues("wwts.model=" + MODEL)
        .run(
            context -> {
              MeterRegistry registry = new SimpleMeterRegistry();
              context.getBean(MeterBinder.class).bindTo(registry);
              ModelSlot slot = context.getBean(ModelSlot.class);
              double first = answered(registry);
              slot.answer(Picture.of(ALARM_CLOCK));
              assertThat(answered(registry) - first).isEqualTo(1);
              slot.swap(MODEL);
              double next = answered(registry);
              assertThat(next).isGreaterThan(first);
              slot.answer(Picture.of(ALARM_CLOCK));
              slot.answer(Picture.of(ALARM_CLOCK));
              assertThat(answered(registry) - next).isEqualTo(2);
            });
  }

  private static double answered(MeterRegistry registry) {
    return registry.get("wwts.calls").tag("outcome", "answered").functionCounter().count();
  }

  @Test
  void neitherActuatorNorMicrometerIsNeeded() {
    runner
        .withClassLoader(
            new FilteredClassLoader("org.springframework.boot.health", "io.micrometer"))
        .withPropertyValues("wwts.model=" + MODEL)
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(ModelSlot.class)
                    .doesNotHaveBean("wwtsHealthIndicator")
                    .doesNotHaveBean("wwtsMetrics"));
  }

  @Test
  void metadataForEditorsNamesTheProperties() throws Exception {
    URL metadata = getClass().getResource("/META-INF/spring-configuration-metadata.json");
    try (var in = metadata.openStream()) {
      assertThat(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .contains("\"wwts.model\"", "\"wwts.limits.max-bytes\"", "\"wwts.vram-budget\"");
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnSlot {
    @Bean
    ModelSlot ownSlot() {
      return ModelSlot.open(MODEL);
    }
  }
}
