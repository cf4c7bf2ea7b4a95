/**
 * What stands in a model file (models/FORMAT.md): manifest, labels, preprocessing recipe,
 * self-test. The file is read once into memory, checked there in Java in full, and loaded from
 * there.
 */
@NullMarked
package dev.wwts.internal.model;

import org.jspecify.annotations.NullMarked;
