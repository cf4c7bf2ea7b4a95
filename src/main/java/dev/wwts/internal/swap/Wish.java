package dev.wwts.internal.swap;

import dev.wwts.Precision;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model that is to take a place.
 *
 * @param file the model's
 * @param pin the SHA-256 that it must have, or null
 * @param precision what was asked for
 * @param load loads it and warms it up
 */
public record Wish<M extends Candidate>(
    Path file, @Nullable String pin, Precision precision, Supplier<M> load) {}
