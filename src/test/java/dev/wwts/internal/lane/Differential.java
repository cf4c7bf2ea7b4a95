package dev.wwts.internal.lane;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.WwtsException;
import dev.wwts.internal.remark.Remark;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The Java half of {@code python models/differential}: for each folder that it is told on a line of
 * its input it answers with a line of JSON, how far the network in it is from Python.
 */
public final class Differential {
  private static final JsonMapper JSON = new JsonMapper();

  private Differential() {}

  /** Runs until its input ends. */
  public static void main(String[] arguments) throws IOException {
    BufferedReader folders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = folders.readLine(); line != null; line = folders.readLine()) {
      String[] request = line.split("\t", 3);
      Map<String, Object> answer =
          answer(Path.of(request[2]), Precision.valueOf(request[0]), Integer.parseInt(request[1]));
      System.out.println("RESULT " + JSON.writeValueAsString(answer));
      System.out.flush();
    }
  }

  private static Map<String, Object> answer(Path folder, Precision precision, int threads) {
    Map<String, Object> answer = new LinkedHashMap<>();
    try (CaseNetwork.Loaded network = CaseNetwork.read(folder).load(precision, threads)) {
      answer.put("precision", network.engine().precision().name());
      answer.put("remarks", network.engine().remarks().stream().map(Remark::sentence).toList());
      // the executor records at first, then optimises for the shapes that it saw: all of them
      // answer
      double single = 0;
      for (int i = 0; i < CaseNetwork.INPUTS; i++) {
        single = larger(single, network.difference(i, 1));
      }
      answer.put("single", single);
      double batch = network.difference(0, CaseNetwork.INPUTS);
      answer.put("batch", larger(batch, network.difference(0, CaseNetwork.INPUTS)));
      answer.put("again", network.difference(1, 1));
    } catch (WwtsException e) {
      answer.put("error", e.getMessage());
      if (precision != Precision.FP32) {
        fallBack(folder, precision, threads, answer);
      }
    } catch (RuntimeException | LinkageError e) {
      answer.put("error", "untyped: " + e);
    }
    return answer;
  }

  /** What fails in 16 bits is right where the recognizer then runs it in 32, which has its line. */
  private static void fallBack(
      Path folder, Precision precision, int threads, Map<String, Object> answer) {
    try (Recognizer recognizer =
        Recognizer.builder(folder.resolve("m.pt")).precision(precision).threads(threads).load()) {
      answer.put("precision", recognizer.model().precision().name());
      answer.put("remarks", recognizer.remarks());
      if (recognizer.model().precision() == Precision.FP32) {
        answer.remove("error");
      }
    } catch (WwtsException e) {
      answer.put("error", e.getMessage());
    }
  }

  private static double larger(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b);
  }
}
