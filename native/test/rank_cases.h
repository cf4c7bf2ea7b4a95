// Logits of every sort, and the obvious way to rank them: for the host's test and the card's.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "rank.h"

namespace wwts_test {

struct RankCase {
  std::string text;
  int dtype, rows, classes, k;
  int64_t row_stride, class_stride;
  std::vector<uint32_t> words;  // the memory of the logits

  const void *data() const { return words.data(); }
  int64_t bytes() const { return static_cast<int64_t>(words.size() * 4); }
  float at(int row, int index) const {
    const int64_t element = row * row_stride + index * class_stride;
    const uint64_t address = reinterpret_cast<uintptr_t>(words.data());
    return dtype == WWTS_FLOAT32   ? wwts::logit<WWTS_FLOAT32>(address, element)
           : dtype == WWTS_FLOAT16 ? wwts::logit<WWTS_FLOAT16>(address, element)
                                   : wwts::logit<WWTS_BFLOAT16>(address, element);
  }
  void set(int64_t element, float value) {
    if (dtype == WWTS_FLOAT32) {
      reinterpret_cast<float *>(words.data())[element] = value;
    } else {
      reinterpret_cast<uint16_t *>(words.data())[element] = dtype == WWTS_FLOAT16 ? wwts::to_half(value) : wwts::to_bfloat16(value);
    }
  }
};

struct Ranked {
  std::vector<int64_t> indices;
  std::vector<float> scores;
};

enum Pattern { kNormal, kTies, kEqual, kRising, kFalling, kOneThread, kInfinite, kAllLowest, kNaN, kAllNaN, kZeros, kTiny, kHuge, kPatterns };

inline float pattern_value(int pattern, int index, int classes, std::mt19937 &random) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float normal = std::normal_distribution<float>(0, 3)(random);
  switch (pattern) {
    case kTies: return static_cast<float>(random() % 5) - 2;
    case kEqual: return 1.5f;
    case kRising: return static_cast<float>(index) * 0.0005f;
    case kFalling: return static_cast<float>(classes - index) * 0.0005f;
    case kOneThread: return index % wwts::kRankThreads == 7 ? 20 + normal : normal;
    case kInfinite: return random() % 16 == 0 ? (random() % 2 ? infinity : -infinity) : normal;
    case kAllLowest: return -infinity;
    case kNaN: return random() % 64 == 0 ? std::numeric_limits<float>::quiet_NaN() : normal;
    case kAllNaN: return random() % 2 ? std::numeric_limits<float>::quiet_NaN() : -std::numeric_limits<float>::quiet_NaN();
    case kZeros: return random() % 2 ? 0.0f : -0.0f;
    case kTiny: return normal * 1e-39f;  // below the normal floats
    case kHuge: return normal * 1e37f;
    default: return normal;
  }
}

inline std::vector<RankCase> rank_cases() {
  const char *const names[] = {"normal", "ties", "equal", "rising", "falling", "one thread's", "infinite", "all lowest", "NaN", "all NaN", "zeros", "tiny", "huge"};
  static_assert(sizeof names / sizeof *names == kPatterns, "a name for each pattern");
  std::vector<RankCase> cases;
  std::mt19937 random(20261126);
  for (const int classes : {1, 2, 3, 31, 33, 1000, 1024, 1025, 21841, 100000}) {
    for (int pattern = 0; pattern < kPatterns; pattern++) {
      for (int dtype = WWTS_FLOAT32; dtype <= WWTS_BFLOAT16; dtype++) {
        RankCase c;
        const int shape = static_cast<int>(cases.size() % 4);  // dense, a row's padding, interleaved, the same row each time
        c.dtype = dtype;
        c.rows = shape == 0 ? 1 : 3;
        c.classes = classes;
        c.k = std::min(classes, cases.size() % 3 == 0 ? 5 : cases.size() % 3 == 1 ? 1 : WWTS_RANK_MAX_K);
        c.class_stride = shape == 2 ? 3 : 1;
        c.row_stride = shape == 2 ? 1 : shape == 3 ? 0 : classes + (shape == 1 ? 5 : 0);
        c.words.assign(static_cast<size_t>((c.rows * c.row_stride + classes * c.class_stride) * (dtype == WWTS_FLOAT32 ? 4 : 2) / 4 + 1), 0x7fc07fc0);
        for (int row = 0; row < c.rows; row++) {
          for (int i = 0; i < classes; i++) c.set(row * c.row_stride + i * c.class_stride, pattern_value(pattern, i, classes, random));
        }
        c.text = std::string(names[pattern]) + ", " + std::to_string(classes) + " classes, k " + std::to_string(c.k) + ", dtype " + std::to_string(dtype) + ", shape " + std::to_string(shape);
        cases.push_back(std::move(c));
      }
    }
  }
  return cases;
}

/** Sorted as the interface says, with scores in double. */
inline Ranked obvious_ranking(const RankCase &c, int activation, std::vector<double> &exact) {
  Ranked result;
  exact.clear();
  for (int row = 0; row < c.rows; row++) {
    std::vector<float> x(static_cast<size_t>(c.classes));
    for (int i = 0; i < c.classes; i++) x[static_cast<size_t>(i)] = c.at(row, i);
    std::vector<int> order(x.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
      const float l = x[static_cast<size_t>(a)], r = x[static_cast<size_t>(b)];
      return std::isnan(l) ? !std::isnan(r) : l > r;
    });
    const double top = x[static_cast<size_t>(order[0])];
    double sum = 0;
    for (const float value : x) sum += std::exp(value - top);
    for (int rank = 0; rank < c.k; rank++) {
      const double value = x[static_cast<size_t>(order[static_cast<size_t>(rank)])];
      result.indices.push_back(order[static_cast<size_t>(rank)]);
      exact.push_back(activation == WWTS_SOFTMAX ? std::exp(value - top) / sum : activation == WWTS_SIGMOID ? 1 / (1 + std::exp(-value)) : value);
    }
  }
  return result;
}

/** What the interface promises of a score. */
inline bool is_near(float score, double exact) {
  if (std::isnan(exact)) return std::isnan(score);
  if (std::isinf(exact)) return static_cast<double>(score) == exact;
  return std::fabs(score - exact) <= 2e-5 * std::fabs(exact) + 1e-37;
}

inline wwts_ranking ranking_of(const RankCase &c, int activation, uint64_t logits, uint64_t indices, uint64_t scores) {
  return {logits, c.row_stride, c.class_stride, c.dtype, activation, c.rows, c.classes, c.k, indices, scores};
}

/** By the processor, and one more element of each than it may write. */
inline int rank_on_host(const RankCase &c, int activation, Ranked &out) {
  const size_t results = static_cast<size_t>(c.rows) * static_cast<size_t>(c.k);
  out.indices.assign(results + 1, -7);
  out.scores.assign(results + 1, -7);
  const auto address = [](const void *p) { return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(p)); };
  const wwts_ranking ranking = ranking_of(c, activation, address(c.data()), address(out.indices.data()), address(out.scores.data()));
  return wwts_rank_on_host(&ranking);
}

}  // namespace wwts_test
