package dev.wwts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The lists of models/labels: a label, a scientific or WordNet name and an English one a class, in
 * the order of the classes.
 */
final class LabelListsTest {
  private static final Path FOLDER = Path.of("models", "labels");

  /** Latin letters that people in China write in these words. */
  private static final Set<String> WITH_LETTERS = Set.of("T恤", "CD机", "iPod播放器", "福特T型车");

  private static final Pattern CHINESE = Pattern.compile("\\p{IsHan}{1,10}");
  private static final Pattern SYNSET = Pattern.compile("n\\d{8}");

  /** Species, subspecies, and hybrids of one genus. */
  private static final Pattern SPECIES = Pattern.compile("[A-Z][a-z]+ [a-z-]+(( ×)? [a-z]+)?");

  private static final Pattern ENGLISH = Pattern.compile("\\p{IsLatin}[\\p{IsLatin}0-9 .,'’()×-]*");

  @Test
  void theClassesOfImageNetAreNamedInChinese() throws IOException {
    List<List<String>> rows = rows("imagenet-zh.txt");
    assertEquals(1000, rows.size());
    assertEquals(Set.of(3), Set.copyOf(rows.stream().map(List::size).toList()));
    for (List<String> row : rows) {
      assertTrue(isChinese(row.get(0)) && matches(SYNSET, row.get(1)), row.toString());
    }
    assertDistinct(column(rows, 0));
    assertDistinct(column(rows, 1));
    assertEquals(column(rows, 1).stream().sorted().toList(), column(rows, 1), "sorted by synset");
  }

  @ParameterizedTest
  @CsvSource({"birds.txt, 965, 700, 不是鸟", "insects.txt, 1022, 100, 不是昆虫"})
  void speciesHaveAChineseOrElseTheirScientificName(
      String file, int classes, int chinese, String none) throws IOException {
    List<List<String>> rows = rows(file);
    assertEquals(classes, rows.size());
    assertEquals(List.of(none, "background", "background"), rows.get(classes - 1));
    List<List<String>> species = rows.subList(0, classes - 1);
    for (List<String> row : species) {
      assertTrue(matches(SPECIES, row.get(1)), row.toString());
      assertTrue(isChinese(row.get(0)) || row.get(0).equals(row.get(1)), row.toString());
    }
    assertDistinct(column(rows, 0));
    assertDistinct(column(rows, 1));
    long named = species.stream().filter(row -> isChinese(row.get(0))).count();
    assertTrue(named >= chinese, named + " of " + classes + " in Chinese");
  }

  /** Two or three columns, the last one the English name, which some insects have not. */
  private static List<List<String>> rows(String file) throws IOException {
    String text = Files.readString(FOLDER.resolve(file));
    assertTrue(text.endsWith("\n") && text.indexOf('\r') < 0, "lines end with LF");
    List<List<String>> rows = Stream.of(text.split("\n", -1)).map(LabelListsTest::cells).toList();
    List<List<String>> lines = rows.subList(0, rows.size() - 1);
    for (List<String> row : lines) {
      assertTrue(row.size() == 2 || (row.size() == 3 && matches(ENGLISH, row.get(2))), "" + row);
    }
    return lines;
  }

  private static List<String> cells(String line) {
    return List.of(line.split("\t", -1));
  }

  private static List<String> column(List<List<String>> rows, int index) {
    return rows.stream().map(row -> row.get(index)).toList();
  }

  private static boolean isChinese(String label) {
    return matches(CHINESE, label) || WITH_LETTERS.contains(label);
  }

  private static boolean matches(Pattern pattern, String text) {
    return pattern.matcher(text).matches();
  }

  private static void assertDistinct(List<String> names) {
    Set<String> seen = new HashSet<>();
    assertEquals(List.of(), names.stream().filter(name -> !seen.add(name)).toList());
  }
}
