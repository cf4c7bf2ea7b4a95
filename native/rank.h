// What one block of threads does for one row of logits, written so that a card and a host loop run the same code.
//
// A class and its logit are one whole number, whose order is the ranking's: no two are equal, so the greatest is unique and nothing
// depends on the order of threads. Each thread looks at every kRankThreads-th class:
//
//   1. it keeps the greatest of its numbers; the greatest of these is the best class, whose logit the softmax subtracts;
//   2. softmax: threads sum their terms, 32 threads sum the threads' sums, one thread sums theirs;
//   3. k times: the greatest number of all threads is the next class; the thread that had it looks for its next one.
//
// So logits are read twice (softmax) or once, and a thread's share again for each class that it gave.
#pragma once

#include "resample.h"
#include "wwts_rank.h"

namespace wwts {

constexpr int kRankThreads = 1024;
constexpr int kRankGroups = 32;  // threads that look at the others' results

/** Shared memory of a block. */
struct RankShared {
  uint64_t greatest[kRankThreads];
  uint64_t of_group[kRankGroups];
  float sum[kRankThreads];
  float sum_of_group[kRankGroups];
  uint64_t winner;
  float total, last;
};

WWTS_HD inline uint32_t word_of(float f) {
#if defined(__CUDA_ARCH__)
  return __float_as_uint(f);
#else
  return bits_of(f);
#endif
}

WWTS_HD inline float float_of(uint32_t word) {
#if defined(__CUDA_ARCH__)
  return __uint_as_float(word);
#else
  float f;
  std::memcpy(&f, &word, sizeof f);
  return f;
#endif
}

/** IEEE half to float; exact. */
WWTS_HD inline float from_half(uint16_t h) {
#if defined(__CUDA_ARCH__)
  return __half2float(__ushort_as_half(h));
#else
  const uint32_t sign = static_cast<uint32_t>(h & 0x8000) << 16, magnitude = h & 0x7fff;
  if (magnitude >= 0x7c00) return float_of(sign | 0x7f800000 | (magnitude & 0x3ff) << 13);
  if (magnitude >= 0x400) return float_of(sign | ((magnitude << 13) + 0x38000000));
  const float subnormal = static_cast<float>(magnitude) / 16777216.0f;  // 2^24
  return sign ? -subnormal : subnormal;
#endif
}

/** The logit at an element of each type. */
template <int dtype>
WWTS_HD float logit(uint64_t logits, int64_t element) {
  if constexpr (dtype == WWTS_FLOAT32) return reinterpret_cast<const float *>(logits)[element];
  const uint16_t half = reinterpret_cast<const uint16_t *>(logits)[element];
  return dtype == WWTS_FLOAT16 ? from_half(half) : float_of(static_cast<uint32_t>(half) << 16);
}

/** Greater than 0, less than the greatest of its type, and the greater the sooner the class comes. */
WWTS_HD inline uint64_t number_of(float x, int index) {
  const uint32_t word = x == 0.0f ? 0 : word_of(x);
  const uint32_t order = x != x ? 0xfffffffeu : word & 0x80000000u ? ~word : word | 0x80000000u;
  return static_cast<uint64_t>(order) << 32 | (0xffffffffu - static_cast<uint32_t>(index));
}

WWTS_HD inline int class_of(uint64_t number) { return static_cast<int>(0xffffffffu - static_cast<uint32_t>(number)); }

WWTS_HD inline float logit_of(uint64_t number) {
  const uint32_t order = static_cast<uint32_t>(number >> 32);
  return float_of(order & 0x80000000u ? order & 0x7fffffffu : ~order);  // of every NaN 0x7ffffffe, a NaN
}

/** A row at its addresses. */
template <int dtype>
struct RankedRow {
  const wwts_ranking &r;
  int row;
  RankShared &shared;

  WWTS_HD float at(int index) const { return logit<dtype>(r.logits, row * r.row_stride + index * r.class_stride); }

  /** The greatest of a thread's numbers that are less than `bound`; 0 if there is none. */
  WWTS_HD uint64_t greatest_below(uint64_t bound, int thread) const {
    uint64_t greatest = 0;
    for (int i = thread; i < r.classes; i += kRankThreads) {
      const uint64_t number = number_of(at(i), i);
      if (number < bound && number > greatest) greatest = number;
    }
    return greatest;
  }

  WWTS_HD float score(float x, float top) const {
    if (r.activation == WWTS_SOFTMAX) return expf(x - top) / shared.total;
    return r.activation == WWTS_SIGMOID ? 1.0f / (1.0f + expf(-x)) : x;
  }

  WWTS_HD void put(int rank, float top) const {
    float value = score(logit_of(shared.winner), top);
    // nobody promises that a card's exp never rises by a last bit where its argument falls
    if (rank > 0 && value > shared.last) value = shared.last;
    shared.last = value;
    const int64_t to = static_cast<int64_t>(row) * r.k + rank;
    reinterpret_cast<int64_t *>(r.indices)[to] = class_of(shared.winner);
    reinterpret_cast<float *>(r.scores)[to] = value;
  }

  /** Leaves the greatest number of all threads in shared memory. */
  template <class Each>
  WWTS_HD void find_winner(const Each &each) const {
    each([&](int thread) {
      if (thread >= kRankGroups) return;
      uint64_t greatest = 0;
      for (int i = thread; i < kRankThreads; i += kRankGroups) greatest = shared.greatest[i] > greatest ? shared.greatest[i] : greatest;
      shared.of_group[thread] = greatest;
    });
    each([&](int thread) {
      if (thread > 0) return;
      shared.winner = 0;
      for (int i = 0; i < kRankGroups; i++) shared.winner = shared.of_group[i] > shared.winner ? shared.of_group[i] : shared.winner;
    });
  }

  template <class Each>
  WWTS_HD void sum_up(float top, const Each &each) const {
    each([&](int thread) {
      float sum = 0.0f;
      for (int i = thread; i < r.classes; i += kRankThreads) sum += expf(at(i) - top);
      shared.sum[thread] = sum;
    });
    each([&](int thread) {
      if (thread >= kRankGroups) return;
      float sum = 0.0f;
      for (int i = thread; i < kRankThreads; i += kRankGroups) sum += shared.sum[i];
      shared.sum_of_group[thread] = sum;
    });
    each([&](int thread) {
      if (thread > 0) return;
      shared.total = 0.0f;
      for (int i = 0; i < kRankGroups; i++) shared.total += shared.sum_of_group[i];
    });
  }

  /** each(step) runs step(thread) for all threads of the block and waits for the last of them. */
  template <class Each>
  WWTS_HD void run(const Each &each) const {
    each([&](int thread) { shared.greatest[thread] = greatest_below(~uint64_t{0}, thread); });
    find_winner(each);
    const float top = logit_of(shared.winner);
    if (r.activation == WWTS_SOFTMAX) sum_up(top, each);
    for (int rank = 0; rank < r.k; rank++) {
      if (rank > 0) find_winner(each);
      each([&](int thread) {
        if (thread == 0) put(rank, top);
        const bool gave = thread == class_of(shared.winner) % kRankThreads;
        if (gave && rank + 1 < r.k) shared.greatest[thread] = greatest_below(shared.winner, thread);
      });
    }
  }
};

/** 0, or the code of the error that was set. */
int check_ranking(const wwts_ranking *ranking);

}  // namespace wwts
