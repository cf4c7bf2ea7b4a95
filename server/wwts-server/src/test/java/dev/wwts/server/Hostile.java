package dev.wwts.server;

import static dev.wwts.server.RawRequest.join;
import static dev.wwts.server.RawRequest.post;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Attacks a service on loopback and, all the while, asks it as everybody does: who asks must be
 * answered, and who attacks must get nothing. {@code mvn -f server/pom.xml -Phostile verify
 * -DskipTests} prints the table of docs/LOAD.md.
 */
final class Hostile {
  private static final String RECOGNIZE = "/v1/recognize";
  private static final long PAUSE_MILLIS = 20;

  /** By when the service has ended what trickles, at the latest. */
  private static final int LONGEST_SECONDS = 60;

  /** What an attack may be answered: never 200, and never an error of the service's own. */
  private static final Set<Integer> REFUSALS =
      Set.of(
          RawRequest.CLOSED,
          400,
          401,
          403,
          404,
          405,
          408,
          409,
          413,
          414,
          415,
          417,
          422,
          431,
          501,
          503,
          505);

  private final int port;
  private final byte[] picture;

  Hostile(int port, byte[] picture) {
    this.port = port;
    this.picture = picture;
  }

  /**
   * What came of an attack.
   *
   * @param outcomes how often the attackers got which status; 0: the connection was closed
   * @param others milliseconds that others' calls took meanwhile, all answered, least first
   */
  record Row(String attack, Map<Integer, Integer> outcomes, List<Double> others) {
    double part(double part) {
      return others.get((int) Math.min(others.size() - 1, Math.floor(part * others.size())));
    }

    @Override
    public String toString() {
      return "| %s | %s | %d | %.1f | %.1f |"
          .formatted(attack, outcomes, others.size(), part(0.5), part(1));
    }
  }

  /** One attack; statuses of its requests. */
  private interface Attack {
    List<Integer> run() throws Exception;
  }

  /**
   * All attacks.
   *
   * @param many requests that are made by chance, of each kind
   * @param connections that are opened and say nothing
   * @param slow uploads, and heads, that trickle
   * @param large pictures of 100 megapixels at once
   */
  List<Row> run(int many, int connections, int slow, int large) throws Exception {
    List<Row> rows = new ArrayList<>();
    for (Map.Entry<String, List<byte[]>> each : new Attacks(picture).all(many).entrySet()) {
      Row row = row(each.getKey(), () -> sendAll(each.getValue()));
      if (!REFUSALS.containsAll(row.outcomes().keySet())) {
        throw new AssertionError("Not refused: " + row);
      }
      rows.add(row);
    }
    rows.add(row(large + " pictures of 100 megapixels at once", () -> flood(large)));
    rows.add(row(connections + " connections that say nothing", () -> silent(connections)));
    byte[] upload = post(RECOGNIZE, "multipart/form-data; boundary=x", 200_000_000, "");
    rows.add(row(slow + " uploads that trickle", () -> trickle(slow, upload)));
    byte[] head = RawRequest.bytes("GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
    rows.add(row(slow + " heads that trickle", () -> trickle(slow, head)));
    return rows;
  }

  private Row row(String name, Attack attack) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<List<Double>> others = other.submit(() -> ask(over));
      Map<Integer, Integer> outcomes = new TreeMap<>();
      try {
        attack.run().forEach(status -> outcomes.merge(status, 1, Integer::sum));
      } finally {
        over.set(true);
      }
      return new Row(name, outcomes, others.get());
    } finally {
      other.shutdownNow();
    }
  }

  /** Asks as everybody does, on a connection of its own each time, at least ten times. */
  private List<Double> ask(AtomicBoolean over) throws Exception {
    byte[] request = join(post(RECOGNIZE, "image/png", picture.length, ""), picture);
    List<Double> millis = new ArrayList<>();
    while (!over.get() || millis.size() < 10) {
      long begun = System.nanoTime();
      int status = RawRequest.send(port, request);
      millis.add((System.nanoTime() - begun) / 1e6);
      if (status != 200) {
        throw new AssertionError("Who asks as everybody does was answered " + status + ".");
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
    Collections.sort(millis);
    return millis;
  }

  private List<Integer> sendAll(List<byte[]> requests) throws IOException {
    List<Integer> statuses = new ArrayList<>();
    for (byte[] request : requests) {
      statuses.add(RawRequest.send(port, request));
    }
    return statuses;
  }

  private List<Integer> flood(int large) throws Exception {
    byte[] bomb = Bombs.hundredMegapixels();
    byte[] request = join(post(RECOGNIZE, "image/png", bomb.length, ""), bomb);
    ExecutorService callers = Executors.newFixedThreadPool(large);
    try {
      Callable<Integer> call = () -> RawRequest.send(port, request);
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> each : callers.invokeAll(Collections.nCopies(large, call))) {
        statuses.add(each.get());
      }
      return statuses;
    } finally {
      callers.shutdownNow();
    }
  }

  private List<Integer> silent(int connections) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < connections; i++) {
        sockets.add(RawRequest.connect(port));
      }
      return sockets.stream().map(RawRequest::status).toList();
    } finally {
      closeAll(sockets);
    }
  }

  /** Each begins so, and sends a byte a second until it is ended. */
  private List<Integer> trickle(int slow, byte[] start) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < slow; i++) {
        Socket socket = RawRequest.connect(port);
        sockets.add(socket);
        socket.getOutputStream().write(start);
      }
      List<Socket> open = new ArrayList<>(sockets);
      for (int second = 0; second < LONGEST_SECONDS && !open.isEmpty(); second++) {
        open.removeIf(Hostile::hasEnded);
        TimeUnit.SECONDS.sleep(1);
      }
      if (!open.isEmpty()) {
        throw new AssertionError(open.size() + " of them still trickle.");
      }
      return sockets.stream().map(RawRequest::status).toList();
    } finally {
      closeAll(sockets);
    }
  }

  private static boolean hasEnded(Socket socket) {
    try {
      socket.getOutputStream().write('-');
      return socket.getInputStream().available() > 0;
    } catch (IOException e) {
      return true;
    }
  }

  private static void closeAll(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** Attacks the built jar with this Java; arguments as those of {@link #run}. */
  public static void main(String[] args) throws Exception {
    int[] sizes = Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    try (ServerProcess server =
        ServerProcess.start(System.getProperty("java.home"), "--threads", "1")) {
      Hostile hostile = new Hostile(server.port(), Client.sample("bicycle.png"));
      hostile.row("none", () -> List.of());
      long before = server.resident();
      System.out.println(
          "| attack | answered | others' calls, all answered | p50, ms | worst, ms |");
      System.out.println("| --- | --- | ---: | ---: | ---: |");
      hostile.run(sizes[0], sizes[1], sizes[2], sizes[3]).forEach(System.out::println);
      System.out.printf(
          "resident before %d MiB, after %d; said: '%s'%n",
          before >> 20, server.resident() >> 20, server.said());
      server.terminate();
      System.out.println("exit code " + server.end());
    }
  }
}
