/**
 * Labelled embeddings that grow and shrink while they are searched: a file of changes, each of
 * which lasts before it is acknowledged, and blocks in memory that many threads search without a
 * lock.
 *
 * <p>Own code, as searches are to be exact and a change is to last before its call returns. Weighed
 * against Lucene 9.12: its graph (HNSW) finds most neighbours and not all, which pays off from some
 * millions of vectors on; a commit for each change takes several files and fsyncs, and its exact
 * search reads float32, twice what a first pass over 16-bit codes reads, or 7-bit codes, whose
 * ranks are not exact. Against a product by LibTorch over mapped vectors: it reads float32 too, and
 * a removal would copy or mask a block.
 */
@NullMarked
package dev.wwts.internal.gallery;

import org.jspecify.annotations.NullMarked;
