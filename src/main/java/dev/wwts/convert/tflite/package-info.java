/**
 * TensorFlow Lite's files: read strictly, evaluated as they say, and told as TorchScript. Tensors
 * are N x H x W x C here, as in those files.
 */
@NullMarked
package dev.wwts.convert.tflite;

import org.jspecify.annotations.NullMarked;
