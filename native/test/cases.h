// Running one case through plan, table and host loops; reading synthetic.csv.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "../plan.h"
#include "pictures.h"

namespace wwts_test {

struct Case {
  wwts_picture picture;
  wwts_recipe recipe;
  int pattern;
  uint32_t crop, float32, float16, bfloat16;  // CRC-32
  std::string text;
};

/** Paths through the code that must not differ in a single bit. */
struct Route {
  const char *name;
  wwts::Limits limits;
};
inline const Route kRoutes[] = {
    {"as planned", {}},
    {"small tiles", {8 * 1024, 1}},
    {"two passes", {32 * 1024, 0}},
    {"two passes, rows in place", {4 * 1024, 0}},
};

inline std::vector<Case> read_cases(const char *path) {
  std::vector<Case> cases;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#' || line.compare(0, 5, "width") == 0) continue;
    std::vector<std::string> f;
    std::stringstream parts(line);
    for (std::string part; std::getline(parts, part, ',');) f.push_back(part);
    if (f.size() != 16) {
      std::fprintf(stderr, "not a case: %s\n", line.c_str());
      std::exit(2);
    }
    const auto number = [&](int n) { return std::atoi(f[static_cast<size_t>(n)].c_str()); };
    const auto crc = [&](int n) { return static_cast<uint32_t>(std::strtoul(f[static_cast<size_t>(n)].c_str(), nullptr, 16)); };
    Case c{};
    c.picture = {number(0), number(1), number(3), 0};
    c.pattern = number(2);
    c.recipe = {number(8), number(9), f[4] == "exact" ? WWTS_RULE_EXACT : WWTS_RULE_SHORTER_SIDE, number(5), number(6),
                f[7] == "bicubic" ? WWTS_BICUBIC : WWTS_BILINEAR, f[10] == "floor" ? WWTS_CROP_FLOOR : WWTS_CROP_HALF_EVEN, number(11),
                WWTS_NCHW, WWTS_FLOAT32, {0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};
    c.crop = crc(12);
    c.float32 = crc(13);
    c.float16 = crc(14);
    c.bfloat16 = crc(15);
    c.text = line.substr(0, line.size() - 36);
    cases.push_back(c);
  }
  return cases;
}

/** Plans with the limits of a route; exits on an error. */
inline wwts_plan_t planned(const wwts_picture &picture, const wwts_recipe &recipe, const wwts::Limits &limits) {
  wwts::Plan plan;
  if (const char *text = wwts::make_plan(picture, recipe, limits, plan)) {
    std::fprintf(stderr, "FAIL no plan: %s (%d x %d)\n", text, picture.width, picture.height);
    std::exit(1);
  }
  wwts_plan_t opaque{};
  std::memcpy(&opaque, &plan, sizeof plan);
  return opaque;
}

/** Memory of exactly this many bytes, aligned to 16, so that a sanitizer sees the first byte beyond. */
struct Buffer {
  explicit Buffer(int64_t bytes) : size(bytes), data(static_cast<uint8_t *>(std::malloc(static_cast<size_t>(bytes ? bytes : 1)))) {}
  ~Buffer() { std::free(data); }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;
  uint64_t address() const { return reinterpret_cast<uintptr_t>(data); }
  const int64_t size;
  uint8_t *const data;
};

/** The source's region and nothing else, in rows of an odd pitch. */
struct RegionCopy {
  RegionCopy(const wwts_plan_t &plan, const uint8_t *pixels, int width) : RegionCopy(region_of(plan), pixels, width) {}
  RegionCopy(wwts_region r, const uint8_t *pixels, int width) : pitch(3 * r.width + 5), memory(pitch * (r.height - 1) + 3 * r.width) {
    for (int y = 0; y < r.height; y++) {
      std::memcpy(memory.data + y * pitch, pixels + (static_cast<int64_t>(r.y + y) * width + r.x) * 3, static_cast<size_t>(3 * r.width));
    }
    origin = memory.address() - static_cast<uint64_t>(r.y * pitch + 3 * r.x);
  }
  static wwts_region region_of(const wwts_plan_t &plan) {
    wwts_region r;
    wwts_source_region(&plan, &r);
    return r;
  }
  int64_t pitch;
  Buffer memory;
  uint64_t origin;  // where pixel (0, 0) would lie
};

/** The host's answer, as number 1 of a batch of 2 whose number 0 must stay untouched. */
inline std::vector<uint8_t> host_answer(const wwts_plan_t &plan, uint64_t source, int64_t pitch) {
  const int64_t bytes = wwts_output_bytes(&plan);
  Buffer table(wwts_table_bytes(&plan)), scratch(wwts_scratch_bytes(&plan)), output(2 * bytes);
  std::memset(output.data, 0xa5, static_cast<size_t>(output.size));
  std::memset(scratch.data, 0x5a, static_cast<size_t>(scratch.size));
  if (wwts_fill_table(&plan, table.data, table.size) ||
      wwts_run_on_host(&plan, source, pitch, table.address(), scratch.address(), output.address(), 1)) {
    std::fprintf(stderr, "FAIL host: %s\n", wwts_last_error());
    std::exit(1);
  }
  for (int64_t n = 0; n < bytes; n++) {
    if (output.data[n] != 0xa5) {
      std::fprintf(stderr, "FAIL host: wrote into another picture of the batch\n");
      std::exit(1);
    }
  }
  return std::vector<uint8_t>(output.data + bytes, output.data + 2 * bytes);
}

inline uint32_t crc_of(const std::vector<uint8_t> &v) { return crc32(v.data(), v.size()); }

}  // namespace wwts_test
