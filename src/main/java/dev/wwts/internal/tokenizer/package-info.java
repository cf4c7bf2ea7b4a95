/**
 * Texts as the ids that a text tower reads, the same as Python's tokenizers give.
 *
 * <p>Own code, as it is a few small classes and tables. Weighed against DJL's binding of Hugging
 * Face's tokenizers: that brings natives for each platform, of which a model's vocabulary would be
 * parsed, pins virtual threads, and follows releases of its own. Java's {@code Character} can't
 * stand in for the tables: its Unicode is another one, and changes with the JDK.
 */
@NullMarked
package dev.wwts.internal.tokenizer;

import org.jspecify.annotations.NullMarked;
