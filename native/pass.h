// One launch, as the host describes it to the card: which weights, which tiles, which memory.
//
// All coordinates are those of the stored picture: an EXIF orientation is no more than mirrored weight tables, an output
// whose rows and columns are exchanged, and the choice of the axis that is filtered first.
#pragma once

#include "resample.h"

namespace wwts {

constexpr int kLanes = 32;  // threadIdx.x
constexpr int kWarps = 8;   // threadIdx.y
constexpr int kGroup = 4;   // pixels whose samples fill whole words
constexpr int kGroupWords = 3;

struct Thread {
  int lane, warp;
};

struct Rgb {
  uint8_t v[3];
};

/** Four weights, read at once. */
struct alignas(16) Weights4 {
  int32_t w[4];
};

/** The stored columns: output i is made of `groups` groups of four pixels from group first[i] on, counted from Pass::first_x. */
struct Columns {
  int32_t count;
  int32_t identity;    // 1: output i is pixel start + step * i, counted from Pass::first_x; no table
  int32_t start, step;
  int32_t groups;
  int64_t first_at;    // bytes into the table: int32_t[count]
  int64_t weights_at;  // Weights4[groups][count]
};

/** The stored rows: output j is made of the rows first[j] .. first[j] + taps[j] - 1, all of them less `shift`. */
struct Rows {
  int32_t count;
  int32_t identity;    // 1: output j is row start + step * j
  int32_t start, step;
  int32_t shift;       // first row that the source of this pass holds
  int32_t stride;      // weights of one output
  int64_t first_at;    // int32_t[count]
  int64_t taps_at;     // int32_t[count]
  int64_t weights_at;  // int32_t[count][stride]
};

enum class Store : int32_t { float32 = 0, float16 = 1, bfloat16 = 2, uint8 = 3 };

/** Where output (i, j) of channel c goes: element i * column + j * row + c * channel. */
struct Sink {
  int64_t column, row, channel;
  Store store;
  int32_t swap;  // 1: the first channel of the source is the last of the network
  float mean[3], std[3];
};

/** One launch. */
struct Pass {
  Columns columns;
  Rows rows;
  Sink sink;
  int32_t first_x, end_x;      // columns of the source that may be read
  int32_t across_first;        // 1: across, then along
  int32_t lanes_along_rows;    // 1: neighbouring threads take neighbouring rows of the output, for its memory's sake
  int32_t tile_width, tile_height;
  int32_t stage_words;         // of one staged source row; 0: rows are filtered where they lie
  int32_t middle_stride;       // bytes
  int32_t middle_at;           // bytes of shared memory before `middle`
  int32_t shared_bytes;
};

}  // namespace wwts
