package dev.wwts.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Requests byte by byte, as no client writes them. */
final class RawRequest {
  private static final int PATIENCE_MILLIS = 60_000;

  /** The status of one that was not answered: the connection ended first. */
  static final int CLOSED = 0;

  private RawRequest() {}

  static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The head of a POST; further lines end in CR LF each. */
  static byte[] post(String target, String type, long length, String lines) {
    return bytes(
        "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n"
            .formatted(target, type, length, lines));
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  /** Sends bytes, and nothing after them, and tells the answer's status. */
  static int send(int port, byte[] request) throws IOException {
    try (Socket socket = connect(port)) {
      try {
        socket.getOutputStream().write(request);
        socket.shutdownOutput();
      } catch (IOException e) {
        // answered before all was read
      }
      return status(socket);
    }
  }

  /** The status of what is answered, {@link #CLOSED} if nothing is. */
  static int status(Socket socket) {
    try {
      byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
      String line = new String(start, StandardCharsets.US_ASCII);
      return line.matches("HTTP/1\\.[01] \\d{3}")
          ? Integer.parseInt(line.substring(line.length() - 3))
          : CLOSED;
    } catch (IOException e) {
      return CLOSED;
    }
  }
}
