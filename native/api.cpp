// The C interface, short of the launch: plans, tables, checks, and the same work done by the processor.
#include <new>
#include <vector>

#include "plan.h"

namespace wwts {
namespace {

thread_local const char *last_error = "";

bool aligned(uint64_t address, uint64_t to) { return address % to == 0; }

/** Runs the threads of a block one after the other; returning from a step is the barrier. */
struct EachInTurn {
  template <class Step>
  void operator()(Step step) const {
    for (int warp = 0; warp < kWarps; warp++) {
      for (int lane = 0; lane < kLanes; lane++) step(Thread{lane, warp});
    }
  }
};

}  // namespace

int failed(int code, const char *text) {
  last_error = text;
  return code;
}

int succeeded() { return failed(WWTS_OK, ""); }

const Plan *plan_of(const wwts_plan_t *plan) {
  if (!plan || !aligned(reinterpret_cast<uintptr_t>(plan), alignof(Plan))) return nullptr;
  const Plan *p = reinterpret_cast<const Plan *>(plan);
  return p->magic == kPlanMagic ? p : nullptr;
}

int check_run(const wwts_plan_t *plan, uint64_t source, int64_t pitch, uint64_t table, uint64_t scratch, uint64_t output, int64_t index) {
  const Plan *p = plan_of(plan);
  if (!p) return failed(WWTS_ERROR_ARGUMENT, "no plan at that address");
  if (!source || !table || !output) return failed(WWTS_ERROR_ARGUMENT, "an address is null");
  if (p->scratch_bytes && !scratch) return failed(WWTS_ERROR_ARGUMENT, "this plan needs scratch memory");
  if (!aligned(table, 16) || !aligned(scratch, 16)) return failed(WWTS_ERROR_ARGUMENT, "table and scratch must be aligned to 16 bytes");
  const Store store = p->pass[p->passes - 1].sink.store;
  if (!aligned(output, store == Store::float32 ? 4 : store == Store::uint8 ? 1 : 2)) return failed(WWTS_ERROR_ARGUMENT, "the output is not aligned to its type");
  if (pitch < 3 * static_cast<int64_t>(p->region.width)) return failed(WWTS_ERROR_ARGUMENT, "the pitch is less than a row");
  if (index < 0) return failed(WWTS_ERROR_ARGUMENT, "the index in the batch is negative");
  return WWTS_OK;
}

Work work_of(const Plan &plan, int n, uint64_t source, int64_t pitch, uint64_t table, uint64_t scratch, uint64_t output, int64_t index) {
  const bool first = n == 0, last = n == plan.passes - 1;
  const uint64_t to = last ? output + static_cast<uint64_t>(index * plan.output_bytes) : scratch;
  return {plan.pass[n],
          reinterpret_cast<const uint8_t *>(first ? source : scratch),
          first ? pitch : plan.scratch_pitch,
          reinterpret_cast<const uint8_t *>(table),
          reinterpret_cast<uint8_t *>(to),
          nullptr};
}

}  // namespace wwts

using namespace wwts;

extern "C" {

int wwts_plan(const wwts_picture *picture, const wwts_recipe *recipe, wwts_plan_t *plan) {
  if (!picture || !recipe || !plan) return failed(WWTS_ERROR_ARGUMENT, "an address is null");
  Plan made;
  const char *text = make_plan(*picture, *recipe, Limits{}, made);
  std::memset(plan, 0, sizeof *plan);
  if (text) return failed(WWTS_ERROR_ARGUMENT, text);
  std::memcpy(plan, &made, sizeof made);
  return succeeded();
}

int64_t wwts_table_bytes(const wwts_plan_t *plan) {
  const Plan *p = plan_of(plan);
  return p ? p->table_bytes : failed(-1, "no plan at that address");
}

int64_t wwts_scratch_bytes(const wwts_plan_t *plan) {
  const Plan *p = plan_of(plan);
  return p ? p->scratch_bytes : failed(-1, "no plan at that address");
}

int64_t wwts_output_bytes(const wwts_plan_t *plan) {
  const Plan *p = plan_of(plan);
  return p ? p->output_bytes : failed(-1, "no plan at that address");
}

int wwts_launches(const wwts_plan_t *plan) {
  const Plan *p = plan_of(plan);
  return p ? p->passes : failed(-1, "no plan at that address");
}

int wwts_source_region(const wwts_plan_t *plan, wwts_region *region) {
  const Plan *p = plan_of(plan);
  if (!p || !region) return failed(WWTS_ERROR_ARGUMENT, p ? "an address is null" : "no plan at that address");
  *region = p->region;
  return succeeded();
}

int wwts_fill_table(const wwts_plan_t *plan, void *table, int64_t bytes) {
  const Plan *p = plan_of(plan);
  if (!p) return failed(WWTS_ERROR_ARGUMENT, "no plan at that address");
  if (!table || !aligned(reinterpret_cast<uintptr_t>(table), 16)) return failed(WWTS_ERROR_ARGUMENT, "a table must be aligned to 16 bytes");
  if (bytes < p->table_bytes) return failed(WWTS_ERROR_ARGUMENT, "the memory for the table is too small");
  fill_table(*p, static_cast<uint8_t *>(table));
  return succeeded();
}

int wwts_run_on_host(const wwts_plan_t *plan, uint64_t source, int64_t pitch, uint64_t table, uint64_t scratch, uint64_t output, int64_t index) {
  if (const int code = check_run(plan, source, pitch, table, scratch, output, index)) return code;
  const Plan &p = *plan_of(plan);
  try {
    std::vector<Weights4> shared;  // for its alignment
    for (int n = 0; n < p.passes; n++) {
      Work work = work_of(p, n, source, pitch, table, scratch, output, index);
      shared.assign(static_cast<size_t>(work.pass.shared_bytes) / sizeof(Weights4), Weights4{});
      work.shared = reinterpret_cast<uint8_t *>(shared.data());
      const int across = tiles(work.pass.columns.count, work.pass.tile_width), down = tiles(work.pass.rows.count, work.pass.tile_height);
      for (int y = 0; y < down; y++) {
        for (int x = 0; x < across; x++) run_block(work, x, y, EachInTurn{});
      }
    }
  } catch (const std::bad_alloc &) {
    return failed(WWTS_ERROR_MEMORY, "out of memory");
  }
  return succeeded();
}

int wwts_abi_version(void) { return WWTS_ABI_VERSION; }

const char *wwts_last_error(void) { return last_error; }

}  // extern "C"
