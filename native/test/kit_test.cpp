// Real pictures against the golden crops of the models kit.     kit_test DIR     (DIR by make_cases.py kit)
#include "cases.h"

using namespace wwts_test;

namespace {

std::vector<uint8_t> file(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return std::vector<uint8_t>(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

}  // namespace

int main(int count, char **arguments) {
  if (count < 2) return 2;
  const std::string dir = arguments[1];
  std::ifstream index(dir + "/index.txt");
  if (!index) {
    std::printf("skipped: no %s/index.txt; make_cases.py makes it from the models kit\n", dir.c_str());
    return 77;
  }
  const wwts_recipe recipe{224, 224, WWTS_RULE_SHORTER_SIDE, 256, 0, WWTS_BILINEAR, WWTS_CROP_HALF_EVEN, 0, WWTS_NHWC, WWTS_UINT8, {0, 0, 0}, {1, 1, 1}};
  int number, width, height, orientation, equal = 0, all = 0, exact = 0;
  bool failed = false;
  for (std::string kind, name; index >> number >> width >> height >> orientation >> kind >> name; all++) {
    const std::string at = dir + "/" + std::to_string(number);
    const std::vector<uint8_t> pixels = file(at + ".rgb"), golden = file(at + ".crop");
    exact += kind == "exact";
    for (const Route &route : kRoutes) {
      const wwts_plan_t plan = planned({width, height, orientation, 0}, recipe, route.limits);
      const RegionCopy source(plan, pixels.data(), width);
      const std::vector<uint8_t> crop = host_answer(plan, source.origin, source.pitch);
      int different = 0, largest = 0;
      for (size_t n = 0; n < crop.size(); n++) {
        const int d = std::abs(crop[n] - golden[n]);
        different += d != 0;
        largest = d > largest ? d : largest;
      }
      equal += different == 0;
      if (!different) continue;
      // Lossy pictures are decoded anew by this machine's Pillow, which may not be the one of the golden files.
      std::printf("%s %s (%s): %d samples differ, by %d at most\n", kind == "exact" ? "FAIL" : "note", name.c_str(), route.name, different, largest);
      failed |= kind == "exact" || largest > 8;
    }
  }
  const int routes = static_cast<int>(sizeof kRoutes / sizeof *kRoutes);
  std::printf("%d pictures (%d of them exact) on %d routes: %d of %d crops equal bit for bit\n", all, exact, routes, equal, all * routes);
  std::printf(failed || !all ? "FAIL\n" : "PASS\n");
  return failed || !all ? 1 : 0;
}
