package dev.wwts.internal.gallery;

import dev.wwts.GalleryException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A process of its own that changes a gallery until it is killed, and says what it was told. */
final class GalleryChild {
  static final int DIMENSION = 24;

  private GalleryChild() {}

  /** Changes at random; each is said before ("+ label", "- id") and after it was made ("= id"). */
  public static void main(String[] arguments) {
    try (GalleryStore store =
        GalleryStore.open(Path.of(arguments[0]), Vectors.model(DIMENSION), 20)) {
      Random random = new Random(Long.parseLong(arguments[1]));
      while (true) {
        change(store, random);
      }
    } catch (GalleryException e) {
      say("! " + e.reason() + " " + e.getMessage());
    }
  }

  private static void change(GalleryStore store, Random random) {
    List<Example> examples = store.examples();
    if (examples.size() < 20 || (examples.size() < 60 && random.nextBoolean())) {
      String label = "label " + random.nextInt(1_000_000);
      say("+ " + label);
      Map<String, String> metadata = Map.of("file", label + ".jpg");
      say("= " + store.add(new NewExample(label, embedding(label), metadata)));
    } else {
      long id = examples.get(random.nextInt(examples.size())).id();
      say("- " + id);
      store.remove(id);
      say("= " + id);
    }
  }

  /** In one piece, so that no line is cut by a kill. */
  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }

  /** A label's own. */
  static float[] embedding(String label) {
    return Vectors.random(new Random(label.hashCode()), DIMENSION);
  }
}
