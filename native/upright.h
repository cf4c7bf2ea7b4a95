// What has to be done to a picture once it is turned upright, in the order in which Pillow and torchvision would do it.
#pragma once

#include "resample.h"
#include "wwts_preprocess.h"

namespace wwts {

/** Both axes count from the upright picture's left and top; `flipped` says that storage runs the other way. */
struct Upright {
  Axis across, down;
  bool transposed;  // a stored row is an upright column
  bool down_first;  // the height is filtered before the width
};

/** Checks all values. Null when all is well, else what is wrong. */
const char *upright_of(const wwts_picture &picture, const wwts_recipe &recipe, Upright &upright);

}  // namespace wwts
