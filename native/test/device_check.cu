// On a machine with a card: every stored case and every ranking on the card against the host; captured graphs; times.
//     device_check synthetic.csv [checks]    prints PASS or FAIL lines, exit status 1 after a FAIL, 77 without a card; checks: no times
#include <cuda_runtime.h>

#include <chrono>

#include "cases.h"
#include "rank_cases.h"

using namespace wwts_test;

namespace {

int failures = 0;

void must(cudaError_t error, const char *what) {
  if (error == cudaSuccess) return;
  std::printf("FAIL %s: %s\n", what, cudaGetErrorString(error));
  std::exit(1);
}

void must_launch(int code) {
  if (code == WWTS_OK) return;
  std::printf("FAIL launch: %d, %s\n", code, wwts_last_error());
  std::exit(1);
}

struct OnCard {
  explicit OnCard(int64_t bytes) { must(cudaMalloc(&data, static_cast<size_t>(bytes ? bytes : 1)), "cudaMalloc"); }
  ~OnCard() { cudaFree(data); }
  OnCard(const OnCard &) = delete;
  OnCard &operator=(const OnCard &) = delete;
  uint64_t address() const { return reinterpret_cast<uintptr_t>(data); }
  void *data = nullptr;
};

/**
 * Waits for the default stream. The kernels' stream does not: cudaMemset returns before it is done, and so does cudaMemcpy from memory
 * that is not pinned, when it has read that.
 */
void settle(const char *what) { must(cudaStreamSynchronize(nullptr), what); }

void upload(const OnCard &to, const void *from, int64_t bytes, int64_t offset = 0) {
  must(cudaMemcpy(static_cast<uint8_t *>(to.data) + offset, from, static_cast<size_t>(bytes), cudaMemcpyHostToDevice), "upload");
  settle("upload");
}

/** A plan's memory on the card, with the table in it; the source begins `offset` bytes off any alignment. */
struct Run {
  Run(const wwts_plan_t &p, const RegionCopy &region, int64_t offset)
      : plan(p), pitch(region.pitch), source(region.memory.size + 8), table(wwts_table_bytes(&p)), scratch(wwts_scratch_bytes(&p)),
        output(2 * wwts_output_bytes(&p)) {
    Buffer weights(wwts_table_bytes(&p));
    wwts_fill_table(&p, weights.data, weights.size);
    upload(table, weights.data, weights.size);
    upload(source, region.memory.data, region.memory.size, offset);
    origin = source.address() + static_cast<uint64_t>(offset) + (region.origin - region.memory.address());
    must(cudaMemset(output.data, 0xa5, static_cast<size_t>(2 * wwts_output_bytes(&p))), "memset");
    settle("memset");
  }
  void launch(cudaStream_t stream) const {
    must_launch(wwts_launch(&plan, origin, pitch, table.address(), scratch.address(), output.address(), 1, stream));
  }
  /** Number 1 of the batch; number 0 must be untouched. */
  std::vector<uint8_t> answer() const {
    const size_t bytes = static_cast<size_t>(wwts_output_bytes(&plan));
    std::vector<uint8_t> both(2 * bytes);
    must(cudaDeviceSynchronize(), "kernel");
    must(cudaMemcpy(both.data(), output.data, both.size(), cudaMemcpyDeviceToHost), "download");
    for (size_t n = 0; n < bytes; n++) {
      if (both[n] == 0xa5) continue;
      std::printf("FAIL wrote into another picture of the batch\n");
      failures++;
      break;
    }
    return std::vector<uint8_t>(both.begin() + static_cast<std::ptrdiff_t>(bytes), both.end());
  }
  wwts_plan_t plan;
  int64_t pitch;
  OnCard source, table, scratch, output;
  uint64_t origin;
};

void cases_match_the_host(const char *path, cudaStream_t stream) {
  int equal = 0, all = 0;
  std::vector<uint8_t> pixels;
  int pattern = -1, width = 0, height = 0;
  for (const Case &c : read_cases(path)) {
    if (pattern != c.pattern || width != c.picture.width || height != c.picture.height) {
      pattern = c.pattern, width = c.picture.width, height = c.picture.height;
      pixels = picture(pattern, width, height);
    }
    for (const Route &route : kRoutes) {
      for (int form = 0; form < 4; form++) {
        wwts_recipe recipe = c.recipe;
        recipe.dtype = form;
        recipe.layout = (form + all) % 2;
        const wwts_plan_t plan = planned(c.picture, recipe, route.limits);
        const RegionCopy region(plan, pixels.data(), width);
        const Run run(plan, region, all % 5);
        run.launch(stream);
        const bool same = run.answer() == host_answer(plan, region.origin, region.pitch);
        if (!same) std::printf("FAIL %s, dtype %d (%s)\n", c.text.c_str(), form, route.name);
        equal += same;
        failures += !same;
        all++;
      }
    }
  }
  std::printf("%s %d of %d results on the card equal the host's bit for bit\n", equal == all ? "PASS" : "FAIL", equal, all);
}

void graph_replays(cudaStream_t stream) {
  const wwts_recipe recipe{224, 224, WWTS_RULE_SHORTER_SIDE, 256, 0, WWTS_BICUBIC, 0, 0, WWTS_NCHW, WWTS_FLOAT16, {.5f, .5f, .5f}, {.5f, .5f, .5f}};
  const wwts_plan_t plan = planned({640, 480, 6, 0}, recipe, {});
  const std::vector<uint8_t> first = picture(0, 640, 480), second = picture(2, 640, 480);
  const RegionCopy a(plan, first.data(), 640), b(plan, second.data(), 640);
  const Run run(plan, a, 0);
  cudaGraph_t graph;
  cudaGraphExec_t exec;
  must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin capture");
  run.launch(stream);
  must(cudaStreamEndCapture(stream, &graph), "end capture");
  must(cudaGraphInstantiate(&exec, graph, 0), "instantiate");
  upload(run.source, b.memory.data, b.memory.size);
  must(cudaGraphLaunch(exec, stream), "graph launch");
  const bool same = run.answer() == host_answer(plan, b.origin, b.pitch);
  std::printf("%s a captured launch replays on new pixels\n", same ? "PASS" : "FAIL");
  failures += !same;
  cudaGraphExecDestroy(exec);
  cudaGraphDestroy(graph);
}

/** Results of a ranking in pinned memory, which the kernel writes by itself. */
struct PinnedResults {
  explicit PinnedResults(const RankCase &c) : n(static_cast<size_t>(c.rows) * static_cast<size_t>(c.k)) {
    must(cudaMallocHost(&data, n * (sizeof(int64_t) + sizeof(float))), "cudaMallocHost");
    std::memset(data, 0xff, n * (sizeof(int64_t) + sizeof(float)));
  }
  ~PinnedResults() { cudaFreeHost(data); }
  PinnedResults(const PinnedResults &) = delete;
  PinnedResults &operator=(const PinnedResults &) = delete;
  const int64_t *indices() const { return static_cast<const int64_t *>(data); }
  const float *scores() const { return reinterpret_cast<const float *>(indices() + n); }
  wwts_ranking of(const RankCase &c, int activation, const OnCard &logits) const {
    const auto address = [](const void *p) { return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(p)); };
    return ranking_of(c, activation, logits.address(), address(indices()), address(scores()));
  }
  size_t n;
  void *data = nullptr;
};

/** Order: the host's. Scores: as near to the exact ones as the interface says, and never rising. */
bool is_right(const RankCase &c, int activation, const PinnedResults &results) {
  std::vector<double> exact;
  const Ranked wanted = obvious_ranking(c, activation, exact);
  for (size_t i = 0; i < results.n; i++) {
    const bool rises = i % static_cast<size_t>(c.k) != 0 && results.scores()[i] > results.scores()[i - 1];
    if (results.indices()[i] != wanted.indices[i] || !is_near(results.scores()[i], exact[i]) || rises) return false;
  }
  return true;
}

void rankings_match_the_host(cudaStream_t stream) {
  int right = 0, all = 0;
  for (const RankCase &c : rank_cases()) {
    const OnCard logits(c.bytes());
    upload(logits, c.data(), c.bytes());
    for (int activation = WWTS_SOFTMAX; activation <= WWTS_NO_ACTIVATION; activation++) {
      const PinnedResults results(c);
      const wwts_ranking ranking = results.of(c, activation, logits);
      must_launch(wwts_rank(&ranking, stream));
      must(cudaStreamSynchronize(stream), "ranking");
      const bool holds = is_right(c, activation, results);
      if (!holds) std::printf("FAIL ranking: %s, activation %d\n", c.text.c_str(), activation);
      right += holds;
      failures += !holds;
      all++;
    }
  }
  std::printf("%s %d of %d rankings on the card: the host's order, near scores\n", right == all ? "PASS" : "FAIL", right, all);
}

/** Microseconds of a captured ranking; its results must be there after each launch. */
void rankings_are_timed(cudaStream_t stream) {
  std::printf("\n%-10s %-8s %9s\n", "classes", "k", "us");
  for (const RankCase &c : rank_cases()) {
    if (c.classes < 1000 || c.dtype != WWTS_FLOAT16 || c.text.rfind("normal", 0) != 0) continue;
    const OnCard logits(c.bytes());
    upload(logits, c.data(), c.bytes());
    const PinnedResults results(c);
    const wwts_ranking ranking = results.of(c, WWTS_SOFTMAX, logits);
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    cudaEvent_t begin, end;
    cudaEventCreate(&begin);
    cudaEventCreate(&end);
    must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin capture");
    must_launch(wwts_rank(&ranking, stream));
    must(cudaStreamEndCapture(stream, &graph), "end capture");
    must(cudaGraphInstantiate(&exec, graph, 0), "instantiate");
    constexpr int kTimes = 200;
    for (int n = 0; n < 20; n++) cudaGraphLaunch(exec, stream);
    cudaEventRecord(begin, stream);
    for (int n = 0; n < kTimes; n++) cudaGraphLaunch(exec, stream);
    cudaEventRecord(end, stream);
    must(cudaEventSynchronize(end), "timing");
    float ms = 0;
    cudaEventElapsedTime(&ms, begin, end);
    const bool holds = is_right(c, WWTS_SOFTMAX, results);
    if (!holds) std::printf("FAIL a captured ranking: %s\n", c.text.c_str());
    failures += !holds;
    std::printf("%-10d %-8d %9.1f\n", c.classes, c.k, ms * 1000 / kTimes);
    cudaEventDestroy(begin);
    cudaEventDestroy(end);
    cudaGraphExecDestroy(exec);
    cudaGraphDestroy(graph);
  }
}

/** Mean of 200 launches in a row, in microseconds. */
double time_of(const Run &run, cudaStream_t stream) {
  cudaEvent_t begin, end;
  cudaEventCreate(&begin);
  cudaEventCreate(&end);
  constexpr int kTimes = 200;
  for (int n = 0; n < 20; n++) run.launch(stream);
  cudaEventRecord(begin, stream);
  for (int n = 0; n < kTimes; n++) run.launch(stream);
  cudaEventRecord(end, stream);
  must(cudaEventSynchronize(end), "timing");
  float ms = 0;
  cudaEventElapsedTime(&ms, begin, end);
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  return ms * 1000 / kTimes;
}

void times(cudaStream_t stream) {
  const struct {
    int width, height;
  } sizes[] = {{640, 480}, {1920, 1080}, {4032, 3024}, {8000, 6000}, {12000, 9000}};
  std::printf("\n%-12s %-9s %-8s %9s %9s %12s %10s\n", "picture", "EXIF", "filter", "launches", "us", "GB/s of read", "plan us");
  for (const auto &size : sizes) {
    const std::vector<uint8_t> pixels = picture(1, size.width, size.height);
    for (const int orientation : {1, 6}) {
      for (const int filter : {WWTS_BILINEAR, WWTS_BICUBIC}) {
        const wwts_recipe recipe{224, 224, WWTS_RULE_SHORTER_SIDE, 256, 0, filter, 0, 0, WWTS_NCHW, WWTS_FLOAT16, {.5f, .5f, .5f}, {.5f, .5f, .5f}};
        const wwts_plan_t plan = planned({size.width, size.height, orientation, 0}, recipe, {});
        const RegionCopy region(plan, pixels.data(), size.width);
        const Run run(plan, region, 0);
        const double us = time_of(run, stream);
        Buffer table(wwts_table_bytes(&plan));
        const auto before = std::chrono::steady_clock::now();
        for (int n = 0; n < 20; n++) {
          planned({size.width, size.height, orientation, 0}, recipe, {});
          wwts_fill_table(&plan, table.data, table.size);
        }
        const double host = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - before).count() / 20;
        char name[32];
        std::snprintf(name, sizeof name, "%dx%d", size.width, size.height);
        std::printf("%-12s %-9d %-8s %9d %9.1f %12.0f %10.1f\n", name, orientation, filter ? "bicubic" : "bilinear", wwts_launches(&plan), us,
                    static_cast<double>(region.memory.size) / us / 1000, host);
      }
    }
  }
}

}  // namespace

int main(int count, char **arguments) {
  if (count < 2) return 2;
  int cards = 0;
  const cudaError_t none = cudaGetDeviceCount(&cards);
  if (none != cudaSuccess || cards == 0) {
    std::printf("skipped: no card (%s)\n", cudaGetErrorString(none));
    return 77;
  }
  cudaDeviceProp card;
  must(cudaGetDeviceProperties(&card, 0), "properties");
  std::printf("%s, sm_%d%d, %d multiprocessors\n", card.name, card.major, card.minor, card.multiProcessorCount);
  must_launch(wwts_prepare());
  must_launch(wwts_rank_prepare());
  cudaStream_t stream;
  must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
  cases_match_the_host(arguments[1], stream);
  graph_replays(stream);
  rankings_match_the_host(stream);
  if (count == 2) {
    times(stream);
    rankings_are_timed(stream);
  }
  std::printf(failures ? "FAIL %d\n" : "PASS\n", failures);
  return failures ? 1 : 0;
}
