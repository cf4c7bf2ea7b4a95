package dev.wwts.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.folder.FolderModel;
import dev.wwts.convert.folder.FolderModel.Towers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a folder of Chinese-CLIP must have besides its weights, which models/skeletons_proof.py
 * makes.
 */
class ChineseClipTest {
  private static final String CONFIG =
      "{\"model_type\": \"chinese_clip\", \"vision_config\": {\"patch_size\": 16}}";
  private static final String SPECIAL = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  private static final int WORDS = 21_128;

  @TempDir private Path folder;

  private FolderModel model(String vocabulary) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.writeString(folder.resolve("vocab.txt"), vocabulary);
    Files.write(folder.resolve("pytorch_model.bin"), new byte[100]);
    return FolderModel.of(folder);
  }

  private static String words(int count) {
    return IntStream.range(0, count).mapToObj(i -> "w" + i + "\n").collect(Collectors.joining());
  }

  @Test
  void theTowersAreFound() throws IOException {
    Towers towers = model(SPECIAL).towers().orElseThrow();
    assertThat(towers.image()).isEqualTo("chinese-clip-vit-base-patch16-image");
    assertThat(towers.text()).isEqualTo("chinese-clip-vit-base-patch16-text");
    assertThat(towers.textSkeleton().size("text_model.embeddings.word_embeddings.weight"))
        .isEqualTo(WORDS);
    assertThat(towers.imageSkeleton().width("visual_projection.weight")).isEqualTo(768);
  }

  /**
   * Their ids would be others than the tower was trained with, and answers wrong without a word.
   */
  @Test
  void anotherVocabularyIsRefused() throws IOException {
    for (String other : new String[] {SPECIAL, words(WORDS - 5) + SPECIAL}) {
      FolderModel model = model(other);
      ModelException e =
          catchThrowableOfType(
              ModelException.class,
              () -> new FilledTextTower(model, model.towers().orElseThrow()).close());
      assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED);
      assertThat(e)
          .hasMessageContaining("reads 21,128 words, the first of which is [PAD]")
          .hasMessageContaining("fetch the vocabulary that belongs to it");
    }
  }

  @Test
  void withoutAVocabularyThereAreNoTexts() throws IOException {
    model(SPECIAL);
    Files.delete(folder.resolve("vocab.txt"));
    assertThat(catchThrowableOfType(ModelException.class, () -> FolderModel.of(folder)))
        .hasMessageContaining("has no vocab.txt beside it");
  }
}
