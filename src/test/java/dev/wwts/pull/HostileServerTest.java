package dev.wwts.pull;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that do not keep to HTTP, which a server of Java's can't be told. */
class HostileServerTest extends PullCase {
  private static final Patience MOMENT =
      new Patience(Duration.ofMillis(300), Duration.ofSeconds(10), Duration.ofMillis(300), 100_000);

  /** What is written behind a request. */
  private interface Answer {
    void write(OutputStream out) throws IOException;
  }

  /** Answers every request so, until the caller has gone. */
  private static final class Raw implements AutoCloseable {
    private final ServerSocket server;

    Raw(Answer answer) throws IOException {
      server = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
      Thread thread = new Thread(() -> serve(answer));
      thread.setDaemon(true);
      thread.start();
    }

    private void serve(Answer answer) {
      while (!server.isClosed()) {
        try (Socket caller = server.accept()) {
          InputStream in = caller.getInputStream();
          for (int last = 0; last != 0x0d0a0d0a; ) {
            int next = in.read();
            if (next < 0) {
              break;
            }
            last = last << 8 | next;
          }
          answer.write(caller.getOutputStream());
        } catch (IOException e) {
          // the caller has had enough, or the test is at its end
        }
      }
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  private String refusal(Answer answer, Patience patience) throws IOException {
    try (Raw server = new Raw(answer)) {
      return refusal(new Sources.Base(server.address()), patience);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0\1\2 SSH-2.0\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 99999999999 Much\r\n\r\n",
        "",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc",
      })
  void whatIsNoHttpIsATransferThatFailed(String answer) throws IOException {
    assertThat(refusal(out -> out.write(answer.getBytes(ISO_8859_1)), PATIENT))
        .contains("tiny.tflite can't be fetched from 127.0.0.1: the transfer failed (");
  }

  /** Of each kind that is not final. */
  @ParameterizedTest
  @ValueSource(strings = {"100 Continue", "102 Processing", "103 Early Hints"})
  void isNotOverwhelmedByInterimAnswers(String status) throws IOException {
    byte[] many = "HTTP/1.1 %s\r\n\r\n".formatted(status).repeat(4000).getBytes(ISO_8859_1);
    Answer endless =
        out -> {
          while (true) {
            out.write(many);
          }
        };
    assertThat(refusal(endless, MOMENT)).contains("tiny.tflite can't be fetched from 127.0.0.1");
  }

  @Test
  void takesAFileBehindAnInterimAnswer() throws IOException {
    Answer early =
        out -> {
          String head = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
          out.write(head.getBytes(ISO_8859_1));
          out.write(FILE);
        };
    try (Raw server = new Raw(early)) {
      assertThat(pull(new Sources.Base(server.address()))).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-Many: abcdefghij\r\n", "x"})
  void isNotOverwhelmedByHeaders(String part) throws IOException {
    byte[] many = part.repeat(4000).getBytes(ISO_8859_1);
    Answer endless =
        out -> {
          out.write("HTTP/1.1 200 OK\r\nX-Long: ".getBytes(ISO_8859_1));
          while (true) {
            out.write(many);
          }
        };
    assertThat(refusal(endless, MOMENT)).contains("tiny.tflite can't be fetched from 127.0.0.1");
  }

  @Test
  void givesUpOnHeadersThatDrip() throws IOException {
    Answer drip =
        out -> {
          out.write("HTTP/1.1 200 OK\r\nX-Long: ".getBytes(ISO_8859_1));
          while (true) {
            out.write('x');
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
          }
        };
    assertThat(refusal(drip, MOMENT)).contains("the server is too slow (no answer in");
  }

  @Test
  void saysThatAServerPacksWhatItSends() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(FILE);
    }
    Answer gzip =
        out -> {
          String head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
          out.write(head.getBytes(ISO_8859_1));
          packed.writeTo(out);
        };
    assertThat(refusal(gzip, PATIENT)).contains("sends tiny.tflite packed by gzip");
  }

  @Test
  void anAddressIsWhatAServerCanBeAskedBy() {
    assertThat(Sources.address("http://h/模型/a%20b"))
        .isEqualTo(URI.create("http://h/%E6%A8%A1%E5%9E%8B/a%20b"));
    for (String none : new String[] {"http://h:65536/", "http:///x", "https:h", "http://h/a b"}) {
      assertThatThrownBy(() -> Sources.address(none))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is neither a folder here nor the address of one");
    }
  }
}
