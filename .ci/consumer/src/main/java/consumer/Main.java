package consumer;

import dev.wwts.Recognizer;
import java.nio.file.Path;

/** A service that has nothing but wwts: the best label of a picture. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    try (Recognizer recognizer = Recognizer.load(Path.of(args[0]))) {
      System.out.println(recognizer.recognize(Path.of(args[1])).get(0).label());
    }
  }
}
