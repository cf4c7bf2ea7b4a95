package dev.wwts.internal.swap;

import dev.wwts.Precision;
import dev.wwts.RecognizerBuilder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A model that is to take a place.
 *
 * @param builder loads it; nobody else sets anything there
 * @param file the model's
 * @param pin the SHA-256 that it must have, or null
 * @param precision what was asked for
 */
public record Wish(
    RecognizerBuilder builder, Path file, @Nullable String pin, Precision precision) {}
