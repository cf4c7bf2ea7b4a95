// From sizes to passes: which output is made of which source pixels, in which order, in tiles of which size.
#include "plan.h"
#include "upright.h"

namespace wwts {
namespace {

int64_t rounded_up(int64_t bytes) { return (bytes + 15) / 16 * 16; }

/** The stored samples that the outputs of an axis are made of. */
Span extent(const Axis &a) {
  const Span s = a.span(0), e = a.span(a.count - 1);
  const int32_t first = s.first < e.first ? s.first : e.first;
  const int32_t end = s.first + s.count > e.first + e.count ? s.first + s.count : e.first + e.count;
  return {first, end - first};
}

Columns columns_of(const Axis &a, int32_t first_x, int64_t &table) {
  Columns c{};
  c.count = a.count;
  c.identity = a.identity();
  c.groups = 1;
  if (c.identity) {
    c.start = a.span(0).first - first_x;
    c.step = a.flipped ? -1 : 1;
    return c;
  }
  for (int32_t i = 0; i < a.count; i++) {
    const Span s = a.span(i);
    const int32_t groups = ((s.first - first_x) % kGroup + s.count + kGroup - 1) / kGroup;
    c.groups = groups > c.groups ? groups : c.groups;
  }
  c.weights_at = table;
  table = rounded_up(table + static_cast<int64_t>(sizeof(Weights4)) * c.groups * c.count);
  c.first_at = table;
  table = rounded_up(table + static_cast<int64_t>(sizeof(int32_t)) * c.count);
  return c;
}

Rows rows_of(const Axis &a, int64_t &table) {
  Rows r{};
  r.count = a.count;
  r.identity = a.identity();
  if (r.identity) {
    r.start = a.span(0).first;
    r.step = a.flipped ? -1 : 1;
    return r;
  }
  for (int32_t j = 0; j < a.count; j++) {
    const int32_t taps = a.span(j).count;
    r.stride = taps > r.stride ? taps : r.stride;
  }
  const int64_t numbers = static_cast<int64_t>(sizeof(int32_t)) * r.count;
  r.weights_at = table;
  table = rounded_up(table + numbers * r.stride);
  r.first_at = table;
  table = rounded_up(table + numbers);
  r.taps_at = table;
  table = rounded_up(table + numbers);
  return r;
}

/** The most words of a row under one tile; the most rows. Mirrors tile_of, without a table. */
int32_t widest(const Pass &p, const Axis &a) {
  int32_t most = 0;
  for (int32_t i0 = 0; i0 < a.count; i0 += p.tile_width) {
    const int32_t last = i0 + p.tile_width < a.count ? i0 + p.tile_width - 1 : a.count - 1;
    const int32_t g0 = (a.span(i0).first - p.first_x) / kGroup, g1 = (a.span(last).first - p.first_x) / kGroup;
    const int32_t words = ((g0 < g1 ? g1 - g0 : g0 - g1) + p.columns.groups) * kGroupWords;
    most = words > most ? words : most;
  }
  return most;
}

int32_t highest(const Pass &p, const Axis &a) {
  int32_t most = 0;
  for (int32_t j0 = 0; j0 < a.count; j0 += p.tile_height) {
    const int32_t last = j0 + p.tile_height < a.count ? j0 + p.tile_height - 1 : a.count - 1;
    const Span s = a.span(j0), e = a.span(last);
    const int32_t first = s.first < e.first ? s.first : e.first;
    const int32_t end = s.first + s.count > e.first + e.count ? s.first + s.count : e.first + e.count;
    most = end - first > most ? end - first : most;
  }
  return most;
}

/** Lays out the shared memory of a pass whose tile is chosen; false if that is more than the limit. */
bool fits(Pass &p, const Axis &columns, const Axis &rows, const Limits &limits) {
  const int64_t words = widest(p, columns);
  int64_t middle, stage = 0;
  if (p.across_first) {
    p.stage_words = 0;
    p.middle_stride = static_cast<int32_t>((words | 1) * 4);  // odd in words: rows begin in different banks
    middle = static_cast<int64_t>(p.middle_stride) * p.tile_height;
  } else {
    p.stage_words = static_cast<int32_t>(words);
    p.middle_stride = 3 * p.tile_width;
    middle = static_cast<int64_t>(p.middle_stride) * highest(p, rows);
    stage = rounded_up(4 * words * kWarps);
    if (stage + middle > limits.shared_bytes && rows.identity()) {  // nothing is gained by smaller tiles
      p.stage_words = 0;
      stage = 0;
    }
  }
  p.middle_at = static_cast<int32_t>(stage);
  p.shared_bytes = static_cast<int32_t>(rounded_up(stage + middle));
  return stage + middle <= limits.shared_bytes;
}

/** Both steps in one launch, if a tile of some size allows it. */
bool plan_one(Plan &plan, bool transposed, const Limits &limits) {
  Pass &p = plan.pass[0];
  const int32_t support = static_cast<int32_t>(support_of(plan.columns.filter));
  // A tile filters (height + 2 * support) / height times what it needs in its first step: below 4 * support two launches are cheaper.
  for (int32_t slow = 8 * support; limits.whole_tiles && slow >= 4 * support; slow /= 2) {
    p.tile_width = transposed ? slow : kLanes;
    p.tile_height = transposed ? kLanes : slow;
    if (fits(p, plan.columns, plan.rows, limits)) return true;
  }
  return false;
}

Axis untouched(int32_t first, int32_t count) { return {first + count, first + count, first, count, Filter::bilinear, 0}; }

/** The steps in a launch each, with 8-bit samples between them. */
bool plan_two(Plan &plan, const Limits &limits) {
  Pass &a = plan.pass[0], &b = plan.pass[1];
  const bool across_first = a.across_first != 0;
  const wwts_region &r = plan.region;
  b = a;
  const Axis all_columns = untouched(r.x, r.width), all_rows = untouched(r.y, r.height);
  const Axis out_columns = untouched(0, plan.columns.count), out_rows = untouched(0, plan.rows.count);
  int64_t none = 0;
  if (across_first) {
    a.columns = columns_of(all_columns, a.first_x, none);
    b.rows = rows_of(out_rows, none);
    b.end_x = r.width;
  } else {
    a.rows = rows_of(all_rows, none);
    b.columns = columns_of(out_columns, 0, none);
    b.rows.shift = r.y;
    b.end_x = out_columns.count;
  }
  b.first_x = 0;
  b.across_first = !across_first;
  plan.scratch_pitch = rounded_up(3 * static_cast<int64_t>(a.columns.count));
  plan.scratch_bytes = plan.scratch_pitch * a.rows.count;
  a.sink = {3, plan.scratch_pitch, 1, Store::uint8, 0, {}, {}};
  a.lanes_along_rows = 0;
  a.tile_width = b.tile_width = a.tile_height = b.tile_height = kLanes;
  (across_first ? a : b).tile_height = kWarps;  // the pass that filters columns has most of the work for each output
  if (across_first) {
    // The columns of the second pass are counted from region.x, as its source is.
    Axis columns = plan.columns;
    b.first_x = r.x;
    const bool both = fits(a, all_columns, plan.rows, limits) && fits(b, columns, out_rows, limits);
    b.first_x = 0;
    return both;
  }
  if (!fits(a, plan.columns, all_rows, limits)) return false;
  return fits(b, out_columns, plan.rows, limits);
}

}  // namespace

const char *make_plan(const wwts_picture &picture, const wwts_recipe &recipe, const Limits &limits, Plan &plan) {
  plan = Plan{};
  Upright u;
  if (const char *text = upright_of(picture, recipe, u)) return text;
  plan.columns = u.transposed ? u.down : u.across;
  plan.rows = u.transposed ? u.across : u.down;

  const Span x = extent(plan.columns), y = extent(plan.rows);
  const int32_t first_x = x.first / kGroup * kGroup;  // keeps the words of an aligned picture aligned
  plan.region = {first_x, y.first, x.first + x.count - first_x, y.count};

  Pass &p = plan.pass[0];
  p.columns = columns_of(plan.columns, first_x, plan.table_bytes);
  p.rows = rows_of(plan.rows, plan.table_bytes);
  if (plan.table_bytes == 0) plan.table_bytes = 16;  // nobody has to ask for memory of size 0
  p.first_x = first_x;
  p.end_x = x.first + x.count;
  p.across_first = u.down_first != u.transposed;
  // The order of the steps shows in the pixels only where both do something.
  if (plan.columns.identity()) p.across_first = 1;
  else if (plan.rows.identity()) p.across_first = 0;
  p.lanes_along_rows = u.transposed;

  const int64_t pixels = static_cast<int64_t>(recipe.width) * recipe.height;
  const bool planes = recipe.layout == WWTS_NCHW;
  const int64_t pixel = planes ? 1 : 3, line = recipe.width * pixel;
  p.sink = {u.transposed ? line : pixel, u.transposed ? pixel : line, planes ? pixels : 1, static_cast<Store>(recipe.dtype),
            picture.bgr != recipe.bgr, {}, {}};
  std::memcpy(p.sink.mean, recipe.mean, sizeof recipe.mean);
  std::memcpy(p.sink.std, recipe.std, sizeof recipe.std);
  const int64_t element = recipe.dtype == WWTS_FLOAT32 ? 4 : recipe.dtype == WWTS_UINT8 ? 1 : 2;
  plan.output_bytes = 3 * pixels * element;

  plan.passes = 1;
  if (!plan_one(plan, u.transposed, limits)) {
    plan.passes = 2;
    if (!plan_two(plan, limits)) return "the picture is shrunk more than this kernel can";
  }
  plan.magic = kPlanMagic;
  return nullptr;
}

void fill_table(const Plan &plan, uint8_t *table) {
  std::memset(table, 0, static_cast<size_t>(plan.table_bytes));
  const Pass &first = plan.pass[0], &last = plan.pass[plan.passes - 1];
  const Columns &c = first.columns.identity ? last.columns : first.columns;
  const Rows &r = first.rows.identity ? last.rows : first.rows;
  for (int32_t i = 0; !c.identity && i < c.count; i++) {
    const int32_t at = plan.columns.span(i).first - plan.region.x;
    reinterpret_cast<int32_t *>(table + c.first_at)[i] = at / kGroup;
    Weights4 *weights = reinterpret_cast<Weights4 *>(table + c.weights_at) + i;
    plan.columns.weights(i, [&](int32_t k, int32_t weight) {
      const int32_t n = at % kGroup + k;
      weights[static_cast<int64_t>(n / kGroup) * c.count].w[n % kGroup] = weight;
    });
  }
  for (int32_t j = 0; !r.identity && j < r.count; j++) {
    const Span s = plan.rows.span(j);
    reinterpret_cast<int32_t *>(table + r.first_at)[j] = s.first;
    reinterpret_cast<int32_t *>(table + r.taps_at)[j] = s.count;
    int32_t *weights = reinterpret_cast<int32_t *>(table + r.weights_at) + static_cast<int64_t>(j) * r.stride;
    plan.rows.weights(j, [&](int32_t k, int32_t weight) { weights[k] = weight; });
  }
}

}  // namespace wwts
