package dev.wwts.server;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code wwts.server.*}.
 *
 * @param token What requests must bear; made at the start where the address is not loopback.
 * @param insecure Whether no token is asked for, whoever can reach the address.
 * @param headTimeout How long a request's head may take to come.
 * @param models The folder whose files may be swapped in; none if not set.
 */
@ConfigurationProperties("wwts.server")
record ServerProperties(
    @Nullable String token,
    @DefaultValue("false") boolean insecure,
    @DefaultValue("10s") Duration headTimeout,
    @Nullable Path models) {}
