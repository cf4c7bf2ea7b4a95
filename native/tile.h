// What one block of threads does for one tile of the output, written so that a card and a host loop run the same code.
//
// A tile takes two steps:
//   along, then across:  source rows are staged in shared memory, each is filtered along itself into `middle`,
//                        and the columns of `middle` are filtered into the output;
//   across, then along:  columns of the source are filtered into `middle`, its rows are filtered into the output.
// When `middle` would not fit, two launches do one step each, the other axis being an identity.
#pragma once

#include "pass.h"

namespace wwts {

/** A pass at its addresses. */
struct Work {
  const Pass &pass;
  const uint8_t *source;  // pixel (0, 0)
  int64_t pitch;
  const uint8_t *table;
  uint8_t *output;
  uint8_t *shared;

  template <class T>
  WWTS_HD const T *at(int64_t offset) const {
    return reinterpret_cast<const T *>(table + offset);
  }
  WWTS_HD int first_group(int i) const {
    const Columns &c = pass.columns;
    return c.identity ? (c.start + c.step * i) / kGroup : at<int32_t>(c.first_at)[i];
  }
  WWTS_HD Span rows_of(int j) const {
    const Rows &r = pass.rows;
    if (r.identity) return {r.start + r.step * j - r.shift, 1};
    return {at<int32_t>(r.first_at)[j] - r.shift, at<int32_t>(r.taps_at)[j]};
  }
};

/** Outputs of a tile, and the part of the source under it. */
struct Tile {
  int i0, width, j0, height;
  int group0, words;  // words of a row
  int row0, rows;
};

WWTS_HD inline int smaller(int a, int b) { return a < b ? a : b; }
WWTS_HD inline int larger(int a, int b) { return a > b ? a : b; }

WWTS_HD inline Tile tile_of(const Work &w, int across, int down) {
  const Pass &p = w.pass;
  Tile t;
  t.i0 = across * p.tile_width;
  t.width = smaller(p.tile_width, p.columns.count - t.i0);
  t.j0 = down * p.tile_height;
  t.height = smaller(p.tile_height, p.rows.count - t.j0);
  // Spans go up or, on a mirrored axis, down with the output: the first and the last one enclose all.
  const int g0 = w.first_group(t.i0), g1 = w.first_group(t.i0 + t.width - 1);
  t.group0 = smaller(g0, g1);
  t.words = (larger(g0, g1) - t.group0 + p.columns.groups) * kGroupWords;
  const Span r0 = w.rows_of(t.j0), r1 = w.rows_of(t.j0 + t.height - 1);
  t.row0 = smaller(r0.first, r1.first);
  t.rows = larger(r0.first + r0.count, r1.first + r1.count) - t.row0;
  return t;
}

/** The four bytes at p, those from end on undefined; on the host, without a look at the others. */
inline uint32_t load4_bytes(const uint8_t *p, const uint8_t *end) {
  uint32_t v = 0;
  if (p < end) std::memcpy(&v, p, static_cast<size_t>(end - p < 4 ? end - p : 4));
  return v;
}

/** The same by aligned words, two at most, each of which holds a byte of p .. end - 1: a card loads no unaligned word. */
WWTS_HD inline uint32_t load4_words(const uint8_t *p, const uint8_t *end) {
  if (p >= end) return 0;
  const uint32_t off = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(p) & 3);
  const uint8_t *word = p - off;
  const uint32_t low = *reinterpret_cast<const uint32_t *>(word);
  if (off == 0) return low;
  const uint32_t high = word + 4 < end ? *reinterpret_cast<const uint32_t *>(word + 4) : 0;
  return low >> (8 * off) | high << (32 - 8 * off);
}

WWTS_HD inline uint32_t load4(const uint8_t *p, const uint8_t *end) {
#if defined(__CUDA_ARCH__)
  return load4_words(p, end);
#else
  return load4_bytes(p, end);
#endif
}

/** Words of a source row, read where it lies. */
struct RowInPlace {
  const uint8_t *start, *end;
  WWTS_HD uint32_t operator()(int word) const { return load4(start + 4 * static_cast<int64_t>(word), end); }
};

/** Words of a row in shared memory. */
struct RowInShared {
  const uint32_t *words;
  WWTS_HD uint32_t operator()(int word) const { return words[word]; }
};

WWTS_HD inline int32_t byte_of(uint32_t word, int n) { return static_cast<int32_t>(word >> (8 * n) & 255); }

/** One output pixel along a row whose word 0 begins group `group0`. */
template <class Row>
WWTS_HD Rgb filter_along(const Work &w, const Row &row, int group0, int i) {
  const Columns &c = w.pass.columns;
  if (c.identity) {
    const int byte = 3 * (c.start + c.step * i - kGroup * group0);
    Rgb out;
    for (int n = 0; n < 3; n++) out.v[n] = static_cast<uint8_t>(byte_of(row((byte + n) / 4), (byte + n) % 4));
    return out;
  }
  const int group = w.first_group(i);
  const Weights4 *weights = w.at<Weights4>(c.weights_at) + i;
  int32_t s0 = kRounding, s1 = kRounding, s2 = kRounding;
  for (int g = 0; g < c.groups; g++) {
    const int at = (group - group0 + g) * kGroupWords;
    const uint32_t a = row(at), b = row(at + 1), d = row(at + 2);
    const Weights4 k = weights[static_cast<int64_t>(g) * c.count];
    s0 += byte_of(a, 0) * k.w[0] + byte_of(a, 3) * k.w[1] + byte_of(b, 2) * k.w[2] + byte_of(d, 1) * k.w[3];
    s1 += byte_of(a, 1) * k.w[0] + byte_of(b, 0) * k.w[1] + byte_of(b, 3) * k.w[2] + byte_of(d, 2) * k.w[3];
    s2 += byte_of(a, 2) * k.w[0] + byte_of(b, 1) * k.w[1] + byte_of(d, 0) * k.w[2] + byte_of(d, 3) * k.w[3];
  }
  return {{clip8(s0), clip8(s1), clip8(s2)}};
}

WWTS_HD inline RowInPlace source_row(const Work &w, int row, int group0) {
  const uint8_t *line = w.source + row * w.pitch;
  return {line + 3 * (static_cast<int64_t>(w.pass.first_x) + kGroup * group0), line + 3 * static_cast<int64_t>(w.pass.end_x)};
}

WWTS_HD inline void store(const Work &w, int i, int j, Rgb pixel) {
  const Sink &s = w.pass.sink;
  const int64_t at = i * s.column + j * s.row;
  for (int c = 0; c < 3; c++) {
    const uint8_t v = pixel.v[c];
    const int channel = s.swap ? 2 - c : c;
    const int64_t element = at + channel * s.channel;
    if (s.store == Store::uint8) {
      w.output[element] = v;
      continue;
    }
    const float f = normalised(v, s.mean[channel], s.std[channel]);
    switch (s.store) {
      case Store::float32: reinterpret_cast<float *>(w.output)[element] = f; break;
      case Store::float16: reinterpret_cast<uint16_t *>(w.output)[element] = to_half(f); break;
      default: reinterpret_cast<uint16_t *>(w.output)[element] = to_bfloat16(f); break;
    }
  }
}

/** Calls pixel(i, j) for the outputs of the tile, neighbours in memory by neighbouring lanes. */
template <class Pixel>
WWTS_HD void each_output(const Work &w, const Tile &t, Thread thread, Pixel pixel) {
  const bool turned = w.pass.lanes_along_rows != 0;
  const int fast = turned ? t.height : t.width, slow = turned ? t.width : t.height;
  for (int b = thread.warp; b < slow; b += kWarps) {
    for (int a = thread.lane; a < fast; a += kLanes) pixel(turned ? b : a, turned ? a : b);
  }
}

// --- along, then across

/** Rows done .. done + kWarps - 1 of the tile into shared memory, a row a warp. */
WWTS_HD inline void stage_rows(const Work &w, const Tile &t, int done, Thread thread) {
  const int r = done + thread.warp;
  if (r >= t.rows) return;
  uint32_t *to = reinterpret_cast<uint32_t *>(w.shared) + static_cast<int64_t>(thread.warp) * w.pass.stage_words;
  const RowInPlace from = source_row(w, t.row0 + r, t.group0);
  for (int n = thread.lane; n < t.words; n += kLanes) to[n] = from(n);
}

/** The same rows, filtered along themselves. */
WWTS_HD inline void filter_rows(const Work &w, const Tile &t, int done, Thread thread) {
  const int r = done + thread.warp;
  if (r >= t.rows) return;
  const RowInShared staged{reinterpret_cast<const uint32_t *>(w.shared) + static_cast<int64_t>(thread.warp) * w.pass.stage_words};
  uint8_t *to = w.shared + w.pass.middle_at + static_cast<int64_t>(r) * w.pass.middle_stride;
  for (int i = thread.lane; i < t.width; i += kLanes) {
    const Rgb v = w.pass.stage_words ? filter_along(w, staged, t.group0, t.i0 + i)
                                     : filter_along(w, source_row(w, t.row0 + r, t.group0), t.group0, t.i0 + i);
    for (int c = 0; c < 3; c++) to[3 * i + c] = v.v[c];
  }
}

/** The output from the columns of `middle`. */
WWTS_HD inline void finish_across(const Work &w, const Tile &t, Thread thread) {
  each_output(w, t, thread, [&](int i, int j) {
    const Span rows = w.rows_of(t.j0 + j);
    const uint8_t *from = w.shared + w.pass.middle_at + static_cast<int64_t>(rows.first - t.row0) * w.pass.middle_stride + 3 * i;
    if (w.pass.rows.identity) return store(w, t.i0 + i, t.j0 + j, {{from[0], from[1], from[2]}});
    const int32_t *weights = w.at<int32_t>(w.pass.rows.weights_at) + static_cast<int64_t>(t.j0 + j) * w.pass.rows.stride;
    int32_t s0 = kRounding, s1 = kRounding, s2 = kRounding;
    for (int k = 0; k < rows.count; k++, from += w.pass.middle_stride) {
      s0 += from[0] * weights[k];
      s1 += from[1] * weights[k];
      s2 += from[2] * weights[k];
    }
    store(w, t.i0 + i, t.j0 + j, {{clip8(s0), clip8(s1), clip8(s2)}});
  });
}

// --- across, then along

/** `middle` from the columns of the source, four samples a thread: samples of one row do not mix, so colours do not matter. */
WWTS_HD inline void filter_columns(const Work &w, const Tile &t, Thread thread) {
  for (int j = thread.warp; j < t.height; j += kWarps) {
    const Span rows = w.rows_of(t.j0 + j);
    const int32_t *weights = w.at<int32_t>(w.pass.rows.weights_at) + static_cast<int64_t>(t.j0 + j) * w.pass.rows.stride;
    uint32_t *to = reinterpret_cast<uint32_t *>(w.shared + w.pass.middle_at + static_cast<int64_t>(j) * w.pass.middle_stride);
    for (int n = thread.lane; n < t.words; n += kLanes) {
      if (w.pass.rows.identity) {
        to[n] = source_row(w, rows.first, t.group0)(n);
        continue;
      }
      int32_t s[4] = {kRounding, kRounding, kRounding, kRounding};
      for (int k = 0; k < rows.count; k++) {
        const uint32_t v = source_row(w, rows.first + k, t.group0)(n);
        for (int b = 0; b < 4; b++) s[b] += byte_of(v, b) * weights[k];
      }
      to[n] = clip8(s[0]) | clip8(s[1]) << 8 | clip8(s[2]) << 16 | static_cast<uint32_t>(clip8(s[3])) << 24;
    }
  }
}

/** The output from the rows of `middle`. */
WWTS_HD inline void finish_along(const Work &w, const Tile &t, Thread thread) {
  each_output(w, t, thread, [&](int i, int j) {
    const uint8_t *line = w.shared + w.pass.middle_at + static_cast<int64_t>(j) * w.pass.middle_stride;
    const RowInShared row{reinterpret_cast<const uint32_t *>(line)};
    store(w, t.i0 + i, t.j0 + j, filter_along(w, row, t.group0, t.i0 + i));
  });
}

/** One block. each(step) runs step(thread) for all threads of the block and waits for the last of them. */
template <class Each>
WWTS_HD void run_block(const Work &w, int across, int down, const Each &each) {
  const Tile t = tile_of(w, across, down);
  if (w.pass.across_first) {
    each([&](Thread thread) { filter_columns(w, t, thread); });
    each([&](Thread thread) { finish_along(w, t, thread); });
    return;
  }
  for (int done = 0; done < t.rows; done += kWarps) {
    if (w.pass.stage_words) each([&](Thread thread) { stage_rows(w, t, done, thread); });
    each([&](Thread thread) { filter_rows(w, t, done, thread); });
  }
  each([&](Thread thread) { finish_across(w, t, thread); });
}

}  // namespace wwts
