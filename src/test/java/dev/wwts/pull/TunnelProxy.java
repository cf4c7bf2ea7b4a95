package dev.wwts.pull;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A proxy that passes all on to one server of the loopback once it is asked to CONNECT. */
final class TunnelProxy implements AutoCloseable {
  private final ServerSocket socket;
  private final int target;
  private final String answer;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final List<String> heads = new CopyOnWriteArrayList<>();

  /**
   * Listens.
   *
   * @param target the server's port
   * @param answer the status that a CONNECT gets
   */
  TunnelProxy(int target, String answer) {
    this.target = target;
    this.answer = answer;
    try {
      socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::listen);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** What it was asked, with all headers. */
  List<String> heads() {
    return heads;
  }

  private void listen() {
    while (true) {
      try {
        Socket caller = socket.accept();
        open.add(caller);
        threads.execute(() -> serve(caller));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket caller) {
    try {
      heads.add(head(caller.getInputStream()));
      OutputStream back = caller.getOutputStream();
      back.write(("HTTP/1.1 " + answer + "\r\nContent-Length: 0\r\n\r\n").getBytes(US_ASCII));
      back.flush();
      if (answer.startsWith("200")) {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(server);
        threads.execute(() -> pass(server, caller));
        pass(caller, server);
      }
    } catch (IOException e) {
      close(caller);
    }
  }

  /** To the empty line, and not a byte further: what follows is for the server. */
  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int octet = in.read();
      if (octet < 0) {
        break;
      }
      head.append((char) octet);
    }
    return head.toString();
  }

  private static void pass(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      close(from);
    }
    close(to);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(TunnelProxy::close);
    threads.shutdownNow();
  }
}
