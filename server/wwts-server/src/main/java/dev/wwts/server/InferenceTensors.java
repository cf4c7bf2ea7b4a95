package dev.wwts.server;

import dev.wwts.Answer;
import dev.wwts.ModelInfo;
import dev.wwts.Picture;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The tensors that the Open Inference Protocol is answered with, and those that it takes. */
final class InferenceTensors {
  private InferenceTensors() {}

  /** What answers, each a row a picture. */
  enum Output {
    /** The best classes, as Triton's classification extension writes them. */
    CLASSES,
    /** What the network gives for each class. */
    LOGITS,
    /** What the picture is like. */
    EMBEDDING;

    /** What the protocol calls it. */
    String named() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a model takes: one of them. */
  static List<InferenceProtocol.TensorKind> inputs(ModelInfo model) {
    return List.of(
        new InferenceProtocol.TensorKind("picture", "BYTES", List.of(-1L)),
        new InferenceProtocol.TensorKind(
            "input", "FP32", List.of(-1L, 3L, (long) model.height(), (long) model.width())));
  }

  /** What a model gives; the first one where a request names none. */
  static List<Output> of(ModelInfo model) {
    List<Output> outputs = new ArrayList<>();
    if (!model.labels().isEmpty()) {
      outputs.add(Output.CLASSES);
      outputs.add(Output.LOGITS);
    }
    if (model.embedding() > 0) {
      outputs.add(Output.EMBEDDING);
    }
    return outputs;
  }

  /** The same as the protocol tells it. */
  static List<InferenceProtocol.TensorKind> outputs(ModelInfo model) {
    return of(model).stream()
        .map(
            it ->
                new InferenceProtocol.TensorKind(
                    it.named(),
                    it == Output.CLASSES ? "BYTES" : "FP32",
                    List.of(
                        -1L,
                        (long)
                            (it == Output.EMBEDDING ? model.embedding() : model.labels().size()))))
        .toList();
  }

  /**
   * A tensor with its elements, which are texts or numbers.
   *
   * @param binary the same as the binary extension has them; none where they are told in JSON
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Made(InferenceProtocol.Tensor tensor, byte[] binary) {}

  /** Asks a model for one. */
  static Made make(InferenceRequest.Wish wish, Recognizer recognizer, List<Picture> pictures) {
    return switch (wish.output()) {
      case CLASSES -> classes(wish, recognizer.answers(pictures));
      case LOGITS -> numbers(wish, recognizer.logits(pictures));
      case EMBEDDING ->
          numbers(
              wish,
              recognizer.embeddings(pictures).stream()
                  .map(it -> ((Answer.Embedded) read(it)).vector())
                  .toList());
    };
  }

  private static Answer read(Answer answer) {
    if (answer instanceof Answer.Refused refused) {
      throw refused.cause();
    }
    return answer;
  }

  /** Row by row; the row of a picture that was not recognised is filled with empty ones. */
  private static Made classes(InferenceRequest.Wish wish, List<Answer> answers) {
    List<List<Recognition>> rows =
        answers.stream().map(it -> ((Answer.Recognized) read(it)).results()).toList();
    int most = rows.stream().mapToInt(List::size).max().orElse(0);
    int columns = Math.min(wish.classes(), most);
    List<String> elements = new ArrayList<>();
    for (List<Recognition> row : rows) {
      for (int i = 0; i < columns; i++) {
        elements.add(i < row.size() ? element(row.get(i)) : "");
      }
    }
    return made(wish, "BYTES", rows.size(), columns, elements, binary(elements));
  }

  private static String element(Recognition it) {
    return String.format(Locale.ROOT, "%f:%d:%s", it.confidence(), it.index(), it.label());
  }

  private static byte[] binary(List<String> elements) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String element : elements) {
      byte[] text = element.getBytes(StandardCharsets.UTF_8);
      byte[] length = new byte[Integer.BYTES];
      littleEndian(length).putInt(text.length);
      out.writeBytes(length);
      out.writeBytes(text);
    }
    return out.toByteArray();
  }

  private static Made numbers(InferenceRequest.Wish wish, List<float[]> rows) {
    int columns = rows.get(0).length;
    float[] elements = new float[rows.size() * columns];
    byte[] binary = new byte[Float.BYTES * elements.length];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, elements, i * columns, columns);
    }
    littleEndian(binary).asFloatBuffer().put(elements);
    return made(wish, "FP32", rows.size(), columns, elements, binary);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static Made made(
      InferenceRequest.Wish wish,
      String datatype,
      int rows,
      int columns,
      Object elements,
      byte[] binary) {
    return new Made(
        new InferenceProtocol.Tensor(
            wish.output().named(),
            datatype,
            List.of((long) rows, (long) columns),
            wish.binary() ? Map.of("binary_data_size", binary.length) : null,
            wish.binary() ? null : elements),
        wish.binary() ? binary : new byte[0]);
  }
}
