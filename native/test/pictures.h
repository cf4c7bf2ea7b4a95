// Pictures made of formulas, so that expected results can be stored without them; make_cases.py has the same formulas.
#pragma once

#include <cstdint>
#include <vector>

namespace wwts_test {

inline uint32_t hashed(uint32_t x, uint32_t y, uint32_t c) {
  uint32_t h = x * 0x9e3779b1u ^ y * 0x85ebca77u ^ c * 0xc2b2ae3du;
  h ^= h >> 15;
  h *= 0x2c1b3c6du;
  return h ^ h >> 12;
}

/** Patterns: 0 noise; 1 slopes; 2 squares of 0 and 255, where a cubic filter leaves the range; 3 mostly dark with single bright samples. */
inline uint8_t sample(int pattern, uint32_t x, uint32_t y, uint32_t c) {
  const uint32_t h = hashed(x, y, c);
  switch (pattern) {
    case 0: return static_cast<uint8_t>(h >> 8);
    case 1: return static_cast<uint8_t>(x * (c + 1) + y * (3 - c));
    case 2: return (x / 3 + y / 2 + c) % 2 ? 255 : 0;
    default: return h % 11 == 0 ? 255 : static_cast<uint8_t>(h % 7);
  }
}

inline std::vector<uint8_t> picture(int pattern, int width, int height) {
  std::vector<uint8_t> p(static_cast<size_t>(width) * height * 3);
  size_t n = 0;
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      for (int c = 0; c < 3; c++) p[n++] = sample(pattern, static_cast<uint32_t>(x), static_cast<uint32_t>(y), static_cast<uint32_t>(c));
    }
  }
  return p;
}

/** CRC-32 as in zip and zlib. */
inline uint32_t crc32(const void *data, size_t bytes) {
  uint32_t crc = 0xffffffffu;
  for (const uint8_t *p = static_cast<const uint8_t *>(data); bytes--; p++) {
    crc ^= *p;
    for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

}  // namespace wwts_test
