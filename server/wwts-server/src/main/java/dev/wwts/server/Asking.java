package dev.wwts.server;

import dev.wwts.Answer;
import dev.wwts.ModelSlot;
import dev.wwts.ModelVersion;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.spring.WwtsProperties;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.springframework.stereotype.Component;

/** Asks the model that is in the slot, and tells which one answered. */
@Component
final class Asking {
  private final ModelSlot slot;
  private final String name;
  private final int mostBytes;

  Asking(ModelSlot slot, WwtsProperties properties) {
    this.slot = slot;
    this.name = slot.version().model().name();
    this.mostBytes =
        (int) Math.min(properties.limits().maxBytes().toBytes(), Integer.MAX_VALUE - 16);
  }

  /**
   * What was answered.
   *
   * @param model which one did
   * @param answers one a picture, in their order
   */
  record Answered(ModelVersion model, List<Answer> answers) {}

  /** All by one model, as one call. */
  Answered ask(List<Picture> pictures) {
    return slot.with((recognizer, version) -> new Answered(version, recognizer.answers(pictures)));
  }

  ModelSlot slot() {
    return slot;
  }

  /** What the service calls its model, whatever is swapped in: the first one's name. */
  String name() {
    return name;
  }

  /** A body that is a picture, read no further than one may be long. */
  Picture read(InputStream body) {
    try {
      byte[] bytes = body.readNBytes(mostBytes + 1);
      return new Picture.Bytes("the picture", ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      throw new PictureException(
          Reason.UNREADABLE, "The request's body can't be read: it ended too early.", e);
    }
  }
}
