// Rankings on the processor, by the kernel's own code: against the obvious way, for logits of every sort.
#include <cstdio>

#include "rank_cases.h"

using namespace wwts_test;

namespace {

int failures = 0;

void expect(bool holds, const char *what, const std::string &where) {
  if (holds) return;
  std::printf("FAIL %s: %s\n", what, where.c_str());
  failures++;
}

void the_obvious_way_is_matched() {
  size_t rankings = 0;
  double furthest = 0;
  for (const RankCase &c : rank_cases()) {
    for (int activation = WWTS_SOFTMAX; activation <= WWTS_NO_ACTIVATION; activation++) {
      std::vector<double> exact;
      const Ranked wanted = obvious_ranking(c, activation, exact);
      Ranked ranked;
      expect(rank_on_host(c, activation, ranked) == WWTS_OK, "refused", c.text + ": " + wwts_last_error());
      expect(std::equal(wanted.indices.begin(), wanted.indices.end(), ranked.indices.begin()), "order", c.text);
      expect(ranked.indices.back() == -7 && ranked.scores.back() == -7, "wrote too far", c.text);
      for (size_t i = 0; i < exact.size(); i++) {
        const float score = ranked.scores[i];
        expect(is_near(score, exact[i]), "score", c.text + ", activation " + std::to_string(activation) + ": " + std::to_string(score) + ", not " + std::to_string(exact[i]));
        if (std::isfinite(exact[i]) && std::fabs(exact[i]) > 1e-30) furthest = std::max(furthest, std::fabs(score - exact[i]) / std::fabs(exact[i]));
        expect(i % static_cast<size_t>(c.k) == 0 || !(score > ranked.scores[i - 1]), "a score rises", c.text);
      }
      rankings++;
    }
  }
  std::printf("%zu rankings; scores within %.1e of the exact ones\n", rankings, furthest);
}

void halves_widen_exactly() {
  for (uint32_t h = 0; h < 0x10000; h++) {
    const float f = wwts::from_half(static_cast<uint16_t>(h));
    const bool number = (h & 0x7fff) <= 0x7c00;
    expect(number ? wwts::to_half(f) == h : std::isnan(f), "half", std::to_string(h));
  }
}

void wrong_arguments_are_named() {
  float logits[4] = {1, 2, 3, 4}, scores[4];
  int64_t indices[4];
  const auto address = [](const void *p) { return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(p)); };
  const wwts_ranking good{address(logits), 4, 1, WWTS_FLOAT32, WWTS_SOFTMAX, 1, 4, 2, address(indices), address(scores)};
  expect(wwts_rank_on_host(&good) == WWTS_OK && !*wwts_last_error() && indices[0] == 3 && indices[1] == 2, "good", wwts_last_error());
  const auto refused = [&](void (*spoil)(wwts_ranking &), const char *text) {
    wwts_ranking wrong = good;
    spoil(wrong);
    expect(wwts_rank_on_host(&wrong) == WWTS_ERROR_ARGUMENT && std::string(wwts_last_error()).find(text) != std::string::npos, text, wwts_last_error());
  };
  refused([](wwts_ranking &r) { r.logits = 0; }, "null");
  refused([](wwts_ranking &r) { r.indices = 0; }, "null");
  refused([](wwts_ranking &r) { r.scores = 0; }, "null");
  refused([](wwts_ranking &r) { r.dtype = WWTS_UINT8; }, "dtype");
  refused([](wwts_ranking &r) { r.activation = 3; }, "activation");
  refused([](wwts_ranking &r) { r.rows = 0; }, "row");
  refused([](wwts_ranking &r) { r.classes = 0; }, "classes");
  refused([](wwts_ranking &r) { r.classes = WWTS_RANK_MAX_CLASSES + 1; }, "classes");
  refused([](wwts_ranking &r) { r.k = 0; }, "k is not");
  refused([](wwts_ranking &r) { r.k = 5; }, "k is not");
  refused([](wwts_ranking &r) { r.classes = 1000, r.k = WWTS_RANK_MAX_K + 1; }, "k is not");
  refused([](wwts_ranking &r) { r.class_stride = -1; }, "stride");
  refused([](wwts_ranking &r) { r.logits += 2; }, "aligned");
  refused([](wwts_ranking &r) { r.indices += 4; }, "aligned");
  refused([](wwts_ranking &r) { r.scores += 2; }, "aligned");
  expect(wwts_rank_on_host(nullptr) == WWTS_ERROR_ARGUMENT, "null", "ranking");
}

}  // namespace

int main() {
  halves_widen_exactly();
  wrong_arguments_are_named();
  the_obvious_way_is_matched();
  std::printf(failures ? "%d failures\n" : "PASS\n", failures);
  return failures ? 1 : 0;
}
