/**
 * Hostile input: targets for Jazzer, which are classes with a {@code fuzzerTestOneInput}, what they
 * begin with, and a long run of it all.
 */
@org.jspecify.annotations.NullMarked
package dev.wwts.fuzz;
