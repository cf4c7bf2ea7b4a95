/**
 * The command line, {@code wwts}: one class a command. It uses the public API and, for {@code info}
 * and {@code doctor}, what is behind it.
 */
@NullMarked
package dev.wwts.cli;

import org.jspecify.annotations.NullMarked;
