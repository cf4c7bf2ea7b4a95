// How long one thread of a processor takes for the kernel's work; for information, no test.
#include <chrono>

#include "cases.h"

using namespace wwts_test;

int main() {
  const struct {
    int width, height;
  } sizes[] = {{640, 480}, {1920, 1080}, {4032, 3024}};
  std::printf("%-12s %-5s %-9s %9s %9s %9s\n", "picture", "EXIF", "filter", "run ms", "plan us", "table KiB");
  for (const auto &size : sizes) {
    const std::vector<uint8_t> pixels = picture(1, size.width, size.height);
    for (const int orientation : {1, 6}) {
      for (const int filter : {WWTS_BILINEAR, WWTS_BICUBIC}) {
        const wwts_recipe recipe{224, 224, WWTS_RULE_SHORTER_SIDE, 256, 0, filter, 0, 0, WWTS_NCHW, WWTS_FLOAT32, {.5f, .5f, .5f}, {.5f, .5f, .5f}};
        const wwts_picture picture{size.width, size.height, orientation, 0};
        double best = 1e9, best_plan = 1e9;
        wwts_plan_t plan;
        for (int n = 0; n < 5; n++) {
          const auto t0 = std::chrono::steady_clock::now();
          wwts_plan(&picture, &recipe, &plan);
          Buffer table(wwts_table_bytes(&plan));
          wwts_fill_table(&plan, table.data, table.size);
          const auto t1 = std::chrono::steady_clock::now();
          host_answer(plan, reinterpret_cast<uintptr_t>(pixels.data()), 3 * size.width);
          const auto t2 = std::chrono::steady_clock::now();
          best_plan = std::fmin(best_plan, std::chrono::duration<double, std::micro>(t1 - t0).count());
          best = std::fmin(best, std::chrono::duration<double, std::milli>(t2 - t1).count());
        }
        char name[32];
        std::snprintf(name, sizeof name, "%dx%d", size.width, size.height);
        std::printf("%-12s %-5d %-9s %9.1f %9.1f %9.1f\n", name, orientation, filter ? "bicubic" : "bilinear", best, best_plan,
                    static_cast<double>(wwts_table_bytes(&plan)) / 1024);
      }
    }
  }
}
