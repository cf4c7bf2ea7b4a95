/**
 * Labelled embeddings that grow and shrink while they are searched: a file of changes, each of
 * which lasts before it is acknowledged, and blocks in memory that many threads search without a
 * lock.
 */
@NullMarked
package dev.wwts.internal.gallery;

import org.jspecify.annotations.NullMarked;
