package dev.wwts.convert;

import dev.wwts.WwtsException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The Java half of {@code python models/skeletons_proof.py}: converts the folder to the file that
 * each line of its input names, with labels for so many classes, and answers with a line.
 */
public final class ConvertFolders {
  private ConvertFolders() {}

  /** Runs until its input ends. */
  public static void main(String[] arguments) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] request = line.split("\t", 3);
      int classes = Integer.parseInt(request[2]);
      System.out.println("RESULT " + answer(Path.of(request[0]), Path.of(request[1]), classes));
      System.out.flush();
    }
  }

  private static String answer(Path folder, Path out, int classes) {
    try {
      Conversion conversion = Conversion.of(folder);
      List<String> labels = IntStream.range(0, classes).mapToObj(i -> "类别" + i).toList();
      conversion.labelled(labels).write(out);
      return "ok";
    } catch (WwtsException e) {
      return String.valueOf(e.getMessage());
    } catch (RuntimeException | Error e) {
      e.printStackTrace();
      return "untyped: " + e;
    }
  }
}
