// A recipe applied to a picture's size: the resized size, the crop's place, the order of the passes.
#include "upright.h"

namespace wwts {
namespace {

bool one_of(int32_t value, int32_t last) { return value >= 0 && value <= last; }

const char *complaint(const wwts_picture &p, const wwts_recipe &r) {
  if (p.width < 1 || p.height < 1 || p.width > WWTS_MAX_SIDE || p.height > WWTS_MAX_SIDE) return "a picture's side must be 1 to 1048576";
  if (p.orientation < 1 || p.orientation > 8) return "an orientation must be 1 to 8";
  if (!one_of(p.bgr, 1) || !one_of(r.bgr, 1)) return "bgr must be 0 or 1";
  if (r.width < 1 || r.height < 1 || r.width > WWTS_MAX_OUTPUT || r.height > WWTS_MAX_OUTPUT) return "a crop's side must be 1 to 4096";
  if (!one_of(r.rule, WWTS_RULE_EXACT)) return "unknown resize rule";
  if (!one_of(r.interpolation, WWTS_BICUBIC)) return "unknown interpolation";
  if (!one_of(r.crop_rounding, WWTS_CROP_FLOOR)) return "unknown crop rounding";
  if (!one_of(r.layout, WWTS_NHWC)) return "unknown layout";
  if (!one_of(r.dtype, WWTS_UINT8)) return "unknown dtype";
  if (r.resize_width < 1 || r.resize_width > WWTS_MAX_SIDE) return "a resized side must be 1 to 1048576";
  if (r.rule == WWTS_RULE_EXACT && (r.resize_height < 1 || r.resize_height > WWTS_MAX_SIDE)) return "a resized side must be 1 to 1048576";
  for (int c = 0; c < 3; c++) {
    if (!std::isfinite(r.mean[c]) || !std::isfinite(r.std[c]) || r.std[c] <= 0) return "mean must be finite, std finite and above 0";
  }
  return nullptr;
}

/** Offset of the crop; half to even is Python's round(). */
int32_t crop_offset(int32_t resized, int32_t cropped, int32_t rounding) {
  const int32_t twice = resized - cropped, half = twice / 2;
  return twice % 2 && rounding == WWTS_CROP_HALF_EVEN ? half + half % 2 : half;
}

}  // namespace

const char *upright_of(const wwts_picture &p, const wwts_recipe &r, Upright &u) {
  if (const char *text = complaint(p, r)) return text;
  u.transposed = p.orientation >= 5;
  const int32_t width = u.transposed ? p.height : p.width, height = u.transposed ? p.width : p.height;
  int64_t resized_width = r.resize_width, resized_height = r.resize_height;
  if (r.rule == WWTS_RULE_SHORTER_SIDE) {
    const int32_t shorter = width < height ? width : height, longer = width < height ? height : width;
    // torchvision: int(size * long / short), a quotient of doubles, cut off
    const int64_t other = static_cast<int64_t>(static_cast<double>(static_cast<int64_t>(r.resize_width) * longer) / shorter);
    resized_width = width <= height ? r.resize_width : other;
    resized_height = width <= height ? other : r.resize_width;
  }
  if (resized_width > INT32_MAX || resized_height > INT32_MAX) return "the resized picture would be too long";
  if (resized_width < r.width || resized_height < r.height) return "the resized picture is smaller than the crop";
  const Filter filter = static_cast<Filter>(r.interpolation);
  const bool right_to_left = p.orientation == 2 || p.orientation == 3 || p.orientation == 6 || p.orientation == 7;
  const bool bottom_to_top = p.orientation == 3 || p.orientation == 4 || p.orientation == 7 || p.orientation == 8;
  const int32_t rw = static_cast<int32_t>(resized_width), rh = static_cast<int32_t>(resized_height);
  u.across = {width, rw, crop_offset(rw, r.width, r.crop_rounding), r.width, filter, right_to_left};
  u.down = {height, rh, crop_offset(rh, r.height, r.crop_rounding), r.height, filter, bottom_to_top};
  // Image.resize takes the height first where a very tall picture gets lower; otherwise the width comes first.
  u.down_first = height > int64_t{100} * width && rh < height;
  return nullptr;
}

}  // namespace wwts
