package dev.wwts.spring;

import dev.wwts.Device;
import dev.wwts.Precision;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * The properties {@code wwts.*}; what is not set is the library's default.
 *
 * @param model The model: a file, or a resource such as classpath:model.pt.
 * @param sha256 SHA-256 that the model must have, 64 hexadecimal digits; swaps must then name one.
 * @param gallery Folder of the gallery that is opened, or made, for the model; none if not set.
 * @param device Where the network runs: auto, cpu, cuda or cuda:N.
 * @param precision What the network computes in.
 * @param threads Threads of one forward on a CPU; all cores if not set.
 * @param lanes Forwards at the same time; cores / threads if not set.
 * @param decoders Threads that decode pictures.
 * @param queue Calls that may wait before further ones are refused; 256 if not set.
 * @param timeout In what time a call must be answered, waiting included; any if not set.
 * @param queueTimeout How long a call may wait until it is begun; any time if not set.
 * @param topK Classes in an answer; 5 if not set.
 * @param threshold Best confidence below which a picture is not recognised; the model's own if not
 *     set.
 * @param minConfidence Classes below this confidence are left out.
 * @param limits What pictures may ask for.
 * @param batching How waiting calls share a forward, which pays on a GPU.
 * @param vramBudget The most of a GPU's memory that LibTorch may take; all if not set.
 * @param memoryLimit The most that the process may have resident while the next model is loaded
 *     beside the present one; what machine and container have if not set.
 * @param trusted Whether the model's code may reach beyond the network, or be machine code (.pt2).
 */
@Validated
@ConfigurationProperties("wwts")
public record WwtsProperties(
    @NotBlank(message = "names the model: a file, or a resource such as classpath:model.pt")
        String model,
    @Pattern(regexp = "[0-9a-fA-F]{64}", message = "must be 64 hexadecimal digits")
        @Nullable String sha256,
    @Nullable Path gallery,
    @DefaultValue("auto") Device device,
    @DefaultValue("auto") Precision precision,
    @Min(1) @Max(1024) @Nullable Integer threads,
    @Min(1) @Max(1024) @Nullable Integer lanes,
    @Min(1) @Max(1024) @Nullable Integer decoders,
    @Min(0) @Max(1 << 20) @Nullable Integer queue,
    @Nullable Duration timeout,
    @Nullable Duration queueTimeout,
    @Min(1) @Nullable Integer topK,
    @DecimalMin("0") @DecimalMax("1") @Nullable Double threshold,
    @DecimalMin("0") @DecimalMax("1") @Nullable Double minConfidence,
    @Valid @DefaultValue Limits limits,
    @Valid @DefaultValue Batching batching,
    @Nullable DataSize vramBudget,
    @Nullable DataSize memoryLimit,
    @DefaultValue("false") boolean trusted) {

  /**
   * What pictures may ask for.
   *
   * @param maxBytes The largest encoded picture.
   * @param maxPixels The largest picture that is decoded, in pixels.
   * @param inFlight Decoded pictures that may be on their way, 3 bytes a pixel; maxPixels and 256MB
   *     if not set.
   */
  public record Limits(
      @DefaultValue("64MB") DataSize maxBytes,
      @Min(1) @Max(715_827_882) @DefaultValue("128000000") long maxPixels,
      @Nullable DataSize inFlight) {}

  /**
   * How waiting calls share a forward.
   *
   * @param most Pictures of a forward; 1 is off.
   * @param maxWait How long a lane that has a call waits for more of them.
   */
  public record Batching(
      @Min(1) @Max(4096) @DefaultValue("1") int most, @DefaultValue("0") Duration maxWait) {}
}
