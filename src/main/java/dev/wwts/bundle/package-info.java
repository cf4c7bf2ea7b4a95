/**
 * What stands in a model file (models/FORMAT.md): manifest, labels, preprocessing recipe,
 * self-test. Everything is read with java.util.zip and checked before native code sees the file.
 */
@NullMarked
package dev.wwts.bundle;

import org.jspecify.annotations.NullMarked;
