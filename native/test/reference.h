// The slow and obvious way, on whole pictures: turn, filter one axis, filter the other, crop. For random comparisons.
#pragma once

#include <vector>

#include "../plan.h"

namespace wwts_test {

struct Whole {
  int width, height;
  std::vector<uint8_t> v;
  const uint8_t *at(int x, int y) const { return &v[(static_cast<size_t>(y) * width + x) * 3]; }
  uint8_t *at(int x, int y) { return &v[(static_cast<size_t>(y) * width + x) * 3]; }
};

inline Whole turned(const Whole &p, int orientation) {
  Whole out{orientation < 5 ? p.width : p.height, orientation < 5 ? p.height : p.width, std::vector<uint8_t>(p.v.size())};
  for (int y = 0; y < out.height; y++) {
    for (int x = 0; x < out.width; x++) {
      const int w = p.width - 1, h = p.height - 1;
      int sx = x, sy = y;
      switch (orientation) {
        case 2: sx = w - x; break;
        case 3: sx = w - x, sy = h - y; break;
        case 4: sy = h - y; break;
        case 5: sx = y, sy = x; break;
        case 6: sx = y, sy = h - x; break;
        case 7: sx = w - y, sy = h - x; break;
        case 8: sx = w - y, sy = x; break;
        default: break;
      }
      for (int c = 0; c < 3; c++) out.at(x, y)[c] = p.at(sx, sy)[c];
    }
  }
  return out;
}

inline Whole filtered(const Whole &p, int size, bool across, wwts::Filter filter) {
  const int in = across ? p.width : p.height;
  if (in == size) return p;
  Whole out{across ? size : p.width, across ? p.height : size, {}};
  out.v.resize(static_cast<size_t>(out.width) * out.height * 3);
  const wwts::Axis axis{in, size, 0, size, filter, 0};
  for (int n = 0; n < size; n++) {
    const wwts::Span s = axis.span(n);
    std::vector<int32_t> weights(static_cast<size_t>(s.count));
    axis.weights(n, [&](int k, int w) { weights[static_cast<size_t>(k)] = w; });
    for (int m = 0; m < (across ? p.height : p.width); m++) {
      for (int c = 0; c < 3; c++) {
        int32_t sum = wwts::kRounding;
        for (int k = 0; k < s.count; k++) sum += (across ? p.at(s.first + k, m) : p.at(m, s.first + k))[c] * weights[static_cast<size_t>(k)];
        (across ? out.at(n, m) : out.at(m, n))[c] = wwts::clip8(sum);
      }
    }
  }
  return out;
}

/** The crop in RGB of a recipe whose rule is exact. */
inline std::vector<uint8_t> reference(const Whole &stored, int orientation, const wwts_recipe &r) {
  Whole p = turned(stored, orientation);
  const wwts::Filter filter = static_cast<wwts::Filter>(r.interpolation);
  const bool down_first = p.height > 100 * p.width && r.resize_height < p.height;
  for (int step = 0; step < 2; step++) {
    const bool across = (step == 0) != down_first;
    p = filtered(p, across ? r.resize_width : r.resize_height, across, filter);
  }
  const auto offset = [&](int resized, int cropped) {
    const int twice = resized - cropped;
    return twice / 2 + (twice % 2 && r.crop_rounding == WWTS_CROP_HALF_EVEN ? twice / 2 % 2 : 0);
  };
  std::vector<uint8_t> out;
  for (int y = 0; y < r.height; y++) {
    const uint8_t *line = p.at(offset(r.resize_width, r.width), offset(r.resize_height, r.height) + y);
    out.insert(out.end(), line, line + 3 * r.width);
  }
  return out;
}

}  // namespace wwts_test
