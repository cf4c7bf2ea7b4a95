package dev.wwts.spring;

import dev.wwts.Gallery;
import dev.wwts.ModelSlot;
import dev.wwts.RecognizerMetrics;
import dev.wwts.SwapListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.io.ApplicationResourceLoader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Opens a {@link ModelSlot} with the model that {@code wwts.model} names, tells its health and its
 * figures, and closes it when everything that uses it has ended. A bean of that type replaces it.
 */
@AutoConfiguration
@EnableConfigurationProperties(WwtsProperties.class)
@Import(DeviceConverter.class)
public final class WwtsAutoConfiguration {
  /**
   * The model, loaded and warmed up before a web server accepts requests. Spring destroys beans
   * after it has stopped the web server, which lets requests end first, and a bean after those that
   * were given it: closing, which waits for accepted calls, is then last.
   */
  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  ModelSlot modelSlot(
      WwtsProperties properties,
      ResourceLoader resources,
      Environment environment,
      ObjectProvider<SwapListener> listeners) {
    boolean springEndsIt =
        environment.getProperty("spring.main.register-shutdown-hook", Boolean.class, true);
    return new SlotOpening(properties, springEndsIt, listeners.orderedStream().toList())
        .open(ApplicationResourceLoader.get(resources, true).getResource(properties.model()));
  }

  /** Examples that the model's embeddings are held against; closed before the slot is. */
  @Bean(destroyMethod = "close")
  @ConditionalOnProperty("wwts.gallery")
  @ConditionalOnMissingBean
  Gallery gallery(WwtsProperties properties, ModelSlot slot) {
    return Gallery.open(Objects.requireNonNull(properties.gallery()), slot);
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(HealthIndicator.class)
  static final class Health {
    @Bean
    @ConditionalOnEnabledHealthIndicator("wwts")
    @ConditionalOnMissingBean(name = "wwtsHealthIndicator")
    HealthIndicator wwtsHealthIndicator(ModelSlot slot) {
      return new ModelSlotHealth(slot);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static final class Metrics {
    @Bean
    @ConditionalOnMissingBean
    RecognizerMetrics wwtsMetrics(ModelSlot slot) {
      return new RecognizerMetrics(slot);
    }
  }
}
