/**
 * Trains a last layer of one's own on embeddings, and writes it into a model file with the network
 * that made them.
 */
@NullMarked
package dev.wwts.train;

import org.jspecify.annotations.NullMarked;
