package dev.wwts.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * A tensor's elements in JSON, flat or in rows of rows: texts, or numbers in 32 bits. They take no
 * more memory than what they say, which is taken of {@link #SHARE}, as two digits become a number
 * of 32 bits, and no more of them are read than {@link #MOST} allows.
 */
@JsonDeserialize(using = TensorData.Reader.class)
final class TensorData {
  /** The attribute that says how many elements are read at most. */
  static final String MOST = "wwts.most";

  /** The attribute that is the {@link RoomShare} of the request. */
  static final String SHARE = "wwts.share";

  private final List<String> texts = new ArrayList<>();
  private float[] numbers = new float[64];
  private int count;
  private final @Nullable RoomShare share;

  private TensorData(@Nullable RoomShare share) {
    this.share = share;
  }

  /** Those that are texts, in their order. */
  List<String> texts() {
    return texts;
  }

  /** Those that are numbers, in their order. */
  float[] numbers() {
    return Arrays.copyOf(numbers, count);
  }

  private void add(float number) {
    if (count == numbers.length) {
      if (share != null) {
        // twice, as each picture gets its own
        share.take(2L * Float.BYTES * count);
      }
      numbers = Arrays.copyOf(numbers, 2 * count);
    }
    numbers[count++] = number;
  }

  private int size() {
    return texts.size() + count;
  }

  /** Reads them as they come. */
  static final class Reader extends ValueDeserializer<TensorData> {
    @Override
    public TensorData deserialize(JsonParser parser, DeserializationContext context) {
      if (!parser.isExpectedStartArrayToken()) {
        return context.reportInputMismatch(TensorData.class, "data are an array");
      }
      long most = context.getAttribute(MOST) instanceof Long limit ? limit : Long.MAX_VALUE;
      TensorData data = new TensorData((RoomShare) context.getAttribute(SHARE));
      for (int depth = 1; depth > 0; ) {
        JsonToken token = parser.nextToken();
        switch (token) {
          case START_ARRAY -> depth++;
          case END_ARRAY -> depth--;
          case VALUE_STRING -> {
            if (data.texts.size() == InferenceInput.MOST_PICTURES) {
              return context.reportInputMismatch(
                  TensorData.class,
                  "more than %d texts are not read",
                  InferenceInput.MOST_PICTURES);
            }
            data.texts.add(parser.getString());
          }
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> data.add((float) parser.getDoubleValue());
          default -> {
            return context.reportInputMismatch(
                TensorData.class, "data are texts of base64, or numbers");
          }
        }
        if (data.size() > most) {
          return context.reportInputMismatch(
              TensorData.class, "more than %d elements are not read", most);
        }
      }
      return data;
    }
  }
}
