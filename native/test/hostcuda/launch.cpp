// In place of wwts_preprocess.cu and wwts_rank.cu: a launch is queued on the stream and run by the processor when its turn comes.
#include <cuda_runtime_api.h>

#include <deque>
#include <mutex>

#include "plan.h"
#include "rank.h"

namespace {
struct Launch {
  wwts_plan_t plan;
  uint64_t source;
  int64_t pitch;
  uint64_t table, scratch, output;
  int64_t index;
};

void run(void *data) {
  const Launch *l = static_cast<const Launch *>(data);
  wwts_run_on_host(&l->plan, l->source, l->pitch, l->table, l->scratch, l->output, l->index);
  delete l;
}

void run_ranking(void *data) { wwts_rank_on_host(static_cast<const wwts_ranking *>(data)); }

/** Where it is kept for ever: a graph runs it any number of times. */
wwts_ranking *kept(const wwts_ranking &ranking) {
  static std::mutex mutex;
  static std::deque<wwts_ranking> all;
  std::lock_guard<std::mutex> lock(mutex);
  return &all.emplace_back(ranking);
}
}  // namespace

extern "C" int wwts_launch(const wwts_plan_t *plan, uint64_t source, int64_t pitch, uint64_t table, uint64_t scratch, uint64_t output,
                           int64_t index, void *stream) {
  if (const int code = wwts::check_run(plan, source, pitch, table, scratch, output, index)) return code;
  const Launch *launch = new Launch{*plan, source, pitch, table, scratch, output, index};
  return cudaLaunchHostFunc(static_cast<cudaStream_t>(stream), run, const_cast<Launch *>(launch));
}

extern "C" int wwts_prepare(void) { return wwts::succeeded(); }

extern "C" int wwts_rank(const wwts_ranking *ranking, void *stream) {
  if (const int code = wwts::check_ranking(ranking)) return code;
  return cudaLaunchHostFunc(static_cast<cudaStream_t>(stream), run_ranking, kept(*ranking));
}

extern "C" int wwts_rank_prepare(void) { return wwts::succeeded(); }
