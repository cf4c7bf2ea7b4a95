// Pillow's resampling of 8-bit pictures, written once for the host and for the card.
//
// Pillow (src/libImaging/Resample.c) computes filter weights in double, normalises them, turns them into 22-bit fixed point,
// and rounds to 8 bits after each of its two passes. Integer sums do not depend on their order, so a card that uses the same
// weights gives the same pixels. Weights are computed on the host only: a card's compiler may fuse a multiplication with an
// addition, and the last bit of a double would follow. For the same reason host code is compiled without contraction.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__CUDACC__)
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#define WWTS_HD __host__ __device__
#else
#define WWTS_HD
#endif

namespace wwts {

constexpr int kPrecisionBits = 32 - 8 - 2;  // 8 bits of a sample, 2 for weights below 0 and above 1
constexpr int32_t kOne = 1 << kPrecisionBits;
constexpr int32_t kRounding = 1 << (kPrecisionBits - 1);

enum class Filter : int32_t { bilinear = 0, bicubic = 1 };

/** Distance, in output samples of a picture that is not shrunk, at which the filter ends. */
inline double support_of(Filter filter) { return filter == Filter::bilinear ? 1.0 : 2.0; }

/** Triangle, or Keys' cubic with a = -0.5; the order of the operations is Pillow's. */
inline double weight_of(Filter filter, double x) {
  constexpr double a = -0.5;
  x = x < 0.0 ? -x : x;
  if (filter == Filter::bilinear) return x < 1.0 ? 1.0 - x : 0.0;
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

/** Samples first .. first + count - 1. */
struct Span {
  int32_t first;
  int32_t count;
};

/** One axis of a resize followed by a crop. Output i of the crop is output crop + i of the whole resized axis. */
struct Axis {
  int32_t in_size;   // samples of the source
  int32_t out_size;  // samples of the resized picture
  int32_t crop;      // first one that is kept
  int32_t count;     // how many are kept
  Filter filter;
  int32_t flipped;   // 1: the source is stored backwards along this axis

  /** Pillow leaves an axis alone that keeps its size. */
  bool identity() const { return in_size == out_size; }

  double scale() const { return static_cast<double>(static_cast<float>(in_size)) / out_size; }
  double filter_scale() const { return scale() < 1.0 ? 1.0 : scale(); }
  double center(int32_t i) const { return (crop + i + 0.5) * scale(); }

  /** Source samples of output i as if the axis were not flipped. */
  Span upright_span(int32_t i) const {
    if (identity()) return {crop + i, 1};
    const double support = support_of(filter) * filter_scale();
    int32_t first = static_cast<int32_t>(center(i) - support + 0.5);
    int32_t end = static_cast<int32_t>(center(i) + support + 0.5);
    first = first < 0 ? 0 : first;
    end = end > in_size ? in_size : end;
    return {first, end - first};
  }

  /** Source samples of output i, counted as they are stored. */
  Span span(int32_t i) const {
    const Span s = upright_span(i);
    return flipped ? Span{in_size - s.first - s.count, s.count} : s;
  }

  /** Calls put(k, weight) for each k of span(i): its k-th stored sample counts weight / 2^22. */
  template <class Put>
  void weights(int32_t i, Put put) const {
    if (identity()) {
      put(0, kOne);
      return;
    }
    const Span s = upright_span(i);
    const double middle = center(i), shrink = 1.0 / filter_scale();
    double sum = 0.0;
    for (int32_t k = 0; k < s.count; k++) sum += weight_of(filter, (k + s.first - middle + 0.5) * shrink);
    for (int32_t k = 0; k < s.count; k++) {
      double w = weight_of(filter, (k + s.first - middle + 0.5) * shrink);
      if (sum != 0.0) w /= sum;
      const int32_t fixed = static_cast<int32_t>(w < 0 ? -0.5 + w * kOne : 0.5 + w * kOne);
      put(flipped ? s.count - 1 - k : k, fixed);
    }
  }
};

/** A sum of samples times weights, started at kRounding, back to 8 bits. */
WWTS_HD inline uint8_t clip8(int32_t sum) {
  const int32_t v = sum >> kPrecisionBits;
  return static_cast<uint8_t>(v < 0 ? 0 : v > 255 ? 255 : v);
}

/** (v / 255 - mean) / std with each step rounded to float, as torchvision's ToTensor and Normalize do. */
WWTS_HD inline float normalised(uint8_t v, float mean, float std) {
#if defined(__CUDA_ARCH__)
  return __fdiv_rn(__fsub_rn(__fdiv_rn(static_cast<float>(v), 255.0f), mean), std);
#else
  return (static_cast<float>(v) / 255.0f - mean) / std;
#endif
}

inline uint32_t bits_of(float f) {
  uint32_t u;
  std::memcpy(&u, &f, sizeof u);
  return u;
}

/** IEEE half, nearest even; NaN becomes 0x7fff with the sign dropped, as CUDA's conversion does. */
WWTS_HD inline uint16_t to_half(float f) {
#if defined(__CUDA_ARCH__)
  return __half_as_ushort(__float2half_rn(f));
#else
  const uint32_t u = bits_of(f), sign = u >> 16 & 0x8000, magnitude = u & 0x7fffffff;
  if (magnitude > 0x7f800000) return 0x7fff;
  if (magnitude >= 0x477ff000) return static_cast<uint16_t>(sign | 0x7c00);  // 65520 and above round to infinity
  uint32_t mantissa, shift;
  if (magnitude >= 0x38800000) {  // 2^-14: normal in half
    mantissa = magnitude - 0x38000000;
    shift = 13;
  } else {
    const uint32_t exponent = magnitude >> 23;
    if (exponent < 102) return static_cast<uint16_t>(sign);  // below 2^-25
    mantissa = (magnitude & 0x7fffff) | 0x800000;
    shift = 126 - exponent;
  }
  const uint32_t odd = mantissa >> shift & 1;
  return static_cast<uint16_t>(sign | (mantissa + (1u << (shift - 1)) - 1 + odd) >> shift);
#endif
}

/** bfloat16, nearest even; NaN becomes 0x7fff. */
WWTS_HD inline uint16_t to_bfloat16(float f) {
#if defined(__CUDA_ARCH__)
  return __bfloat16_as_ushort(__float2bfloat16_rn(f));
#else
  const uint32_t u = bits_of(f);
  if ((u & 0x7fffffff) > 0x7f800000) return 0x7fff;
  return static_cast<uint16_t>((u + 0x7fff + (u >> 16 & 1)) >> 16);
#endif
}

}  // namespace wwts
