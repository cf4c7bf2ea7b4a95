/**
 * Networks whose weights come from elsewhere: files of tensors by name, read strictly, and
 * skeletons that they fill. Nothing native is involved.
 */
@NullMarked
package dev.wwts.convert.weights;

import org.jspecify.annotations.NullMarked;
