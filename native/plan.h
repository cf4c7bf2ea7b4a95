// What stands behind the opaque wwts_plan_t: the axes of a resize, one or two passes over them, and their weight table.
#pragma once

#include "tile.h"
#include "wwts_preprocess.h"

namespace wwts {

/** Bounds a test may tighten to send small pictures down the paths of large ones. */
struct Limits {
  int32_t shared_bytes = 32 * 1024;  // of a block: two or three of them fit a multiprocessor of any card since Turing
  int32_t whole_tiles = 1;           // 0: always two passes
};

struct Plan {
  uint64_t magic;
  Axis columns, rows;  // as stored
  Pass pass[2];
  int32_t passes;
  wwts_region region;
  int64_t table_bytes, scratch_bytes, scratch_pitch, output_bytes;
};

constexpr uint64_t kPlanMagic = 0x315f6e616c70ULL + (static_cast<uint64_t>(sizeof(Plan)) << 48);
static_assert(sizeof(Plan) <= sizeof(wwts_plan_t), "raise WWTS_PLAN_BYTES");
static_assert(alignof(Plan) <= alignof(wwts_plan_t), "wwts_plan_t is aligned less than a plan");

/** Null when all is well, else what is wrong. */
const char *make_plan(const wwts_picture &picture, const wwts_recipe &recipe, const Limits &limits, Plan &plan);

/** The plan behind the pointer, or null if there is none. */
const Plan *plan_of(const wwts_plan_t *plan);

/** Writes plan.table_bytes. */
void fill_table(const Plan &plan, uint8_t *table);

/** Sets what wwts_last_error returns on this thread, and returns code. */
int failed(int code, const char *text);
int succeeded();

/** Addresses of a run, checked: 0 or the code of the error that was set. */
int check_run(const wwts_plan_t *plan, uint64_t source, int64_t pitch, uint64_t table, uint64_t scratch, uint64_t output, int64_t index);

/** Pass number n of a plan at the addresses of a run, short of shared memory. */
Work work_of(const Plan &plan, int n, uint64_t source, int64_t pitch, uint64_t table, uint64_t scratch, uint64_t output, int64_t index);

inline int tiles(int count, int size) { return (count + size - 1) / size; }

}  // namespace wwts
