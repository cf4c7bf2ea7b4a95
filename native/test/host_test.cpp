// The arithmetic and the tiling of the kernel, on the processor: against Pillow's stored answers, against the obvious way on
// random shapes, and piece by piece.     host_test synthetic.csv [random rounds, default 150]
#include <cmath>
#include <random>

#include "cases.h"
#include "reference.h"

using namespace wwts_test;

namespace {

int failures = 0;

void expect(bool holds, const char *what, const std::string &where) {
  if (holds) return;
  std::printf("FAIL %s: %s\n", what, where.c_str());
  failures++;
}

wwts_recipe with(wwts_recipe r, int layout, int dtype, int bgr) {
  r.layout = layout;
  r.dtype = dtype;
  r.bgr = bgr;
  return r;
}

/** Each case on each route, and on the first one in each form. */
void pillow_is_matched(const char *path) {
  int crops = 0, inputs = 0;
  std::vector<uint8_t> pixels;
  int pattern = -1, width = 0, height = 0;
  const std::vector<Case> cases = read_cases(path);
  expect(cases.size() > 200, "too few cases in", path);
  for (const Case &c : cases) {
    if (pattern != c.pattern || width != c.picture.width || height != c.picture.height) {
      pattern = c.pattern, width = c.picture.width, height = c.picture.height;
      pixels = picture(pattern, width, height);
    }
    const bool small = static_cast<int64_t>(width) * height < 500000;
    for (const Route &route : kRoutes) {
      const struct {
        int layout, dtype, bgr;
        uint32_t crc;
        const char *name;
      } forms[] = {{WWTS_NHWC, WWTS_UINT8, 0, c.crop, "crop"},
                   {WWTS_NCHW, WWTS_FLOAT32, c.recipe.bgr, c.float32, "float32"},
                   {WWTS_NHWC, WWTS_FLOAT16, c.recipe.bgr, c.float16, "float16"},
                   {WWTS_NHWC, WWTS_BFLOAT16, c.recipe.bgr, c.bfloat16, "bfloat16"}};
      for (const auto &form : forms) {
        // Routes differ before a pixel is stored, so the other forms need only one of them.
        if (form.dtype != WWTS_UINT8 && (!small || &route != kRoutes)) continue;
        const wwts_plan_t plan = planned(c.picture, with(c.recipe, form.layout, form.dtype, form.bgr), route.limits);
        const RegionCopy source(plan, pixels.data(), width);
        const bool same = crc_of(host_answer(plan, source.origin, source.pitch)) == form.crc;
        expect(same, form.name, c.text + " (" + route.name + ")");
        (form.dtype == WWTS_UINT8 ? crops : inputs)++;
      }
    }
  }
  std::printf("%zu cases of Pillow: %d crops on %zu routes, %d normalised inputs\n", cases.size(), crops, sizeof kRoutes / sizeof *kRoutes, inputs);
}

void random_shapes_match_the_obvious_way(int rounds) {
  std::mt19937 random(20240607);
  const auto up_to = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)) + 1; };
  const auto side = [&]() { return up_to(10) > 8 ? up_to(1300) : up_to(up_to(2) == 1 ? 20 : 150); };
  for (int n = 0; n < rounds; n++) {
    const wwts_picture p{side(), side(), up_to(8), up_to(2) - 1};
    wwts_recipe r{};
    r.rule = WWTS_RULE_EXACT;
    const bool turn = p.orientation > 4;
    r.resize_width = up_to(5) == 1 ? (turn ? p.height : p.width) : up_to(120);
    r.resize_height = up_to(5) == 1 ? (turn ? p.width : p.height) : up_to(120);
    r.width = up_to(r.resize_width);
    r.height = up_to(r.resize_height);
    r.interpolation = up_to(2) - 1;
    r.crop_rounding = up_to(2) - 1;
    r.bgr = p.bgr;
    r.layout = WWTS_NHWC;
    r.dtype = WWTS_UINT8;
    for (int c = 0; c < 3; c++) r.std[c] = 1;
    const Whole whole{p.width, p.height, picture(up_to(4) - 1, p.width, p.height)};
    const std::vector<uint8_t> wanted = reference(whole, p.orientation, r);
    for (const Route &route : kRoutes) {
      const wwts_plan_t plan = planned(p, r, route.limits);
      const RegionCopy source(plan, whole.v.data(), p.width);
      if (host_answer(plan, source.origin, source.pitch) == wanted) continue;
      char text[200];
      std::snprintf(text, sizeof text, "%d x %d, orientation %d, to %d x %d, crop %d x %d, filter %d (%s)", p.width, p.height, p.orientation,
                    r.resize_width, r.resize_height, r.width, r.height, r.interpolation, route.name);
      expect(false, "random", text);
    }
  }
  std::printf("%d random shapes\n", rounds);
}

void words_and_bytes_agree() {
  alignas(16) uint8_t memory[32];
  for (int n = 0; n < 32; n++) memory[n] = static_cast<uint8_t>(n * 37 + 1);
  for (int from = 4; from < 12; from++) {
    for (int bytes = -2; bytes < 12; bytes++) {
      const uint32_t known = bytes <= 0 ? 0 : bytes >= 4 ? 0xffffffffu : (1u << (8 * bytes)) - 1;
      const uint32_t a = wwts::load4_bytes(memory + from, memory + from + bytes), b = wwts::load4_words(memory + from, memory + from + bytes);
      expect((a & known) == (b & known), "load4", std::to_string(from) + " + " + std::to_string(bytes));
    }
  }
}

double half_value(uint32_t h) {
  const int exponent = static_cast<int>(h >> 10 & 31), mantissa = static_cast<int>(h & 1023);
  const double magnitude = exponent ? std::ldexp(1024 + mantissa, exponent - 25) : std::ldexp(mantissa, -24);
  return h & 0x8000 ? -magnitude : magnitude;
}

void halves_round_to_nearest_even() {
  for (uint32_t h = 0; h < 0x7c00; h++) {  // each finite one, its middle with the next, and the floats beside the middle
    const float exact = static_cast<float>(half_value(h));
    const float middle = static_cast<float>((half_value(h) + (h == 0x7bff ? 65536.0 : half_value(h + 1))) / 2);
    const uint32_t even = h + (h & 1);
    const bool holds = wwts::to_half(exact) == h && wwts::to_half(-exact) == (h | 0x8000) && wwts::to_half(middle) == even &&
                       wwts::to_half(std::nextafterf(middle, 0)) == h && wwts::to_half(std::nextafterf(middle, 1e6f)) == h + 1 &&
                       wwts::to_half(-middle) == (even | 0x8000);
    expect(holds, "half", std::to_string(h));
  }
  expect(wwts::to_half(INFINITY) == 0x7c00 && wwts::to_half(1e30f) == 0x7c00 && wwts::to_half(1e-30f) == 0, "half", "ends");
  expect(wwts::to_half(NAN) == 0x7fff && wwts::to_bfloat16(NAN) == 0x7fff && wwts::to_bfloat16(INFINITY) == 0x7f80, "half", "not finite");
}

void wrong_arguments_are_named() {
  const wwts_picture p{64, 48, 1, 0};
  const wwts_recipe r{24, 24, WWTS_RULE_SHORTER_SIDE, 32, 0, WWTS_BILINEAR, 0, 0, WWTS_NCHW, WWTS_FLOAT32, {0, 0, 0}, {1, 1, 1}};
  wwts_plan_t plan;
  const auto refused = [&](const wwts_picture &picture, const wwts_recipe &recipe, const char *text) {
    const int code = wwts_plan(&picture, &recipe, &plan);
    expect(code == WWTS_ERROR_ARGUMENT && std::strstr(wwts_last_error(), text), text, wwts_last_error());
    expect(wwts_table_bytes(&plan) == -1 && wwts_launches(&plan) == -1, "a failed plan must not be one", text);
  };
  refused({0, 48, 1, 0}, r, "side");
  refused({64, WWTS_MAX_SIDE + 1, 1, 0}, r, "side");
  refused({64, 48, 0, 0}, r, "orientation");
  refused({64, 48, 9, 0}, r, "orientation");
  wwts_recipe wrong = r;
  wrong.width = 33, refused({48, 64, 1, 0}, wrong, "smaller than the crop");
  wrong = r, wrong.rule = 2, refused(p, wrong, "rule");
  wrong = r, wrong.rule = WWTS_RULE_EXACT, refused(p, wrong, "resized side");
  wrong = r, wrong.interpolation = 2, refused(p, wrong, "interpolation");
  wrong = r, wrong.crop_rounding = -1, refused(p, wrong, "rounding");
  wrong = r, wrong.layout = 2, refused(p, wrong, "layout");
  wrong = r, wrong.dtype = 4, refused(p, wrong, "dtype");
  wrong = r, wrong.bgr = 7, refused(p, wrong, "bgr");
  wrong = r, wrong.std[1] = 0, refused(p, wrong, "std");
  wrong = r, wrong.mean[2] = NAN, refused(p, wrong, "mean");
  wrong = r, wrong.resize_width = 1 << 20, wrong.width = 4096, refused({1, 1 << 20, 1, 0}, wrong, "too long");
  expect(wwts_plan(nullptr, &r, &plan) == WWTS_ERROR_ARGUMENT, "null", "picture");

  expect(wwts_plan(&p, &r, &plan) == WWTS_OK && !*wwts_last_error(), "plan", wwts_last_error());
  Buffer table(wwts_table_bytes(&plan)), output(wwts_output_bytes(&plan)), source(64 * 48 * 3);
  std::memset(source.data, 0, static_cast<size_t>(source.size));
  expect(wwts_fill_table(&plan, table.data, table.size - 1) == WWTS_ERROR_ARGUMENT, "fill", "too small");
  expect(wwts_fill_table(&plan, table.data, table.size) == WWTS_OK, "fill", "well");
  const auto run = [&](uint64_t s, int64_t pitch, uint64_t t, uint64_t o, int64_t index) { return wwts_run_on_host(&plan, s, pitch, t, 0, o, index); };
  const uint64_t s = source.address(), t = table.address(), o = output.address();
  expect(run(s, 192, t, o, 0) == WWTS_OK, "run", "well");
  expect(run(0, 192, t, o, 0) == WWTS_ERROR_ARGUMENT, "run", "no source");
  expect(run(s, 20, t, o, 0) == WWTS_ERROR_ARGUMENT, "run", "pitch");
  expect(run(s, 192, t + 4, o, 0) == WWTS_ERROR_ARGUMENT, "run", "alignment of the table");
  expect(run(s, 192, t, o + 2, 0) == WWTS_ERROR_ARGUMENT, "run", "alignment of the output");
  expect(run(s, 192, t, o, -1) == WWTS_ERROR_ARGUMENT, "run", "index");
  wwts_plan_t other{};
  expect(wwts_run_on_host(&other, s, 192, t, 0, o, 0) == WWTS_ERROR_ARGUMENT, "run", "no plan");
}

void only_the_crop_is_computed() {
  const wwts_recipe r{224, 224, WWTS_RULE_SHORTER_SIDE, 256, 0, WWTS_BILINEAR, 0, 0, WWTS_NCHW, WWTS_FLOAT16, {0, 0, 0}, {1, 1, 1}};
  const wwts_picture strip{4000, 30, 1, 0}, camera{4032, 3024, 6, 0}, huge{65000, 50000, 1, 0};
  wwts_plan_t plan;
  wwts_region g;
  wwts_plan(&strip, &r, &plan);
  wwts_source_region(&plan, &g);
  expect(g.width <= 32 && g.height == 28 && wwts_scratch_bytes(&plan) == 0, "strip", std::to_string(g.width) + " x " + std::to_string(g.height));
  wwts_plan(&camera, &r, &plan);
  wwts_source_region(&plan, &g);
  expect(g.width < 2700 && g.height < 2700 && wwts_launches(&plan) == 1, "camera", std::to_string(g.width) + " x " + std::to_string(g.height));
  expect(wwts_plan(&huge, &r, &plan) == WWTS_OK && wwts_launches(&plan) == 2, "huge", wwts_last_error());
  expect(wwts_scratch_bytes(&plan) < 44000 * 672LL, "huge", std::to_string(wwts_scratch_bytes(&plan)));
  const wwts_recipe dot{1, 1, WWTS_RULE_EXACT, 1, 1, WWTS_BICUBIC, 0, 0, WWTS_NCHW, WWTS_FLOAT16, {0, 0, 0}, {1, 1, 1}};
  for (int o = 1; o <= 8; o++) {
    const wwts_picture largest{WWTS_MAX_SIDE, WWTS_MAX_SIDE, o, 0};
    expect(wwts_plan(&largest, &dot, &plan) == WWTS_OK, "largest", wwts_last_error());
  }
}

}  // namespace

int main(int count, char **arguments) {
  if (count < 2) return 2;
  words_and_bytes_agree();
  halves_round_to_nearest_even();
  wrong_arguments_are_named();
  only_the_crop_is_computed();
  random_shapes_match_the_obvious_way(count > 2 ? std::atoi(arguments[2]) : 150);
  pillow_is_matched(arguments[1]);
  std::printf(failures ? "%d failures\n" : "PASS\n", failures);
  return failures ? 1 : 0;
}
