package dev.wwts.internal.model;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Reads JSON of people who are not trusted: no name twice, nothing behind it, nothing too deep. */
public final class StrictJson {
  private StrictJson() {}

  /** What reads objects that lie within each other at most so deep. */
  public static JsonMapper mapper(int depth) {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    mapper
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(depth).build());
    return mapper;
  }
}
