package dev.wwts.server;

import static dev.wwts.server.RawRequest.bytes;
import static dev.wwts.server.RawRequest.join;
import static dev.wwts.server.RawRequest.post;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Requests that mean no good, each to be refused by what is sent alone. */
final class Attacks {
  private static final String RECOGNIZE = "/v1/recognize";
  private static final String MULTIPART = "multipart/form-data; boundary=x";
  private static final String NAME = "wwts-default";

  private final byte[] picture;
  private final Random random = new Random(18);

  Attacks(byte[] picture) {
    this.picture = picture;
  }

  /** All of them, by what they try; of those that are made by chance so many. */
  Map<String, List<byte[]>> all(int many) {
    Map<String, List<byte[]>> all = new LinkedHashMap<>();
    all.put("multipart cut anywhere", cut(many));
    all.put("multipart damaged anywhere", damaged(many));
    all.put("wrong content types", types());
    all.put("pictures that unpack to more than is allowed", bombs());
    all.put("paths in names", paths());
    all.put("lines in heads", heads());
    all.put("bodies of two lengths", smuggled());
    all.put("heads without end", endless());
    return all;
  }

  private byte[] multipart() {
    return join(part("a.png"), picture, bytes("\r\n--x--\r\n"));
  }

  private static byte[] part(String name) {
    return bytes(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n\r\n"
            .formatted(name));
  }

  private List<byte[]> cut(int many) {
    byte[] whole = multipart();
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      byte[] start = Arrays.copyOf(whole, random.nextInt(whole.length - picture.length / 2));
      all.add(join(post(RECOGNIZE, MULTIPART, start.length, ""), start));
      all.add(join(post(RECOGNIZE, MULTIPART, whole.length, ""), start));
    }
    return all;
  }

  private List<byte[]> damaged(int many) {
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      byte[] body = multipart();
      for (int bytes = random.nextInt(40); bytes >= 0; bytes--) {
        body[random.nextInt(100)] = (byte) random.nextInt(256);
      }
      // the picture is none, whatever becomes of its part
      Arrays.fill(body, 100, body.length - 20, (byte) 0);
      all.add(join(post(RECOGNIZE, MULTIPART, body.length, ""), body));
    }
    return all;
  }

  private List<byte[]> types() {
    List<byte[]> all = new ArrayList<>();
    for (String type :
        List.of(
            "text/plain",
            "application/json",
            "text/html",
            "multipart/mixed; boundary=x",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "application/xml",
            "x",
            "/",
            "image/png; charset=\u0001",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=" + "x".repeat(5000))) {
      for (String path :
          List.of(
              RECOGNIZE, "/v1/embed", "/v1/gallery:recognize", "/v1/models/" + NAME + ":swap")) {
        all.add(join(post(path, type, 3, ""), bytes("abc")));
      }
    }
    return all;
  }

  private static List<byte[]> bombs() {
    List<byte[]> all = new ArrayList<>();
    for (byte[] bomb : Bombs.tooLarge()) {
      all.add(join(post(RECOGNIZE, "image/png", bomb.length, ""), bomb));
      all.add(join(post("/v1/embed", "application/octet-stream", bomb.length, ""), bomb));
    }
    return all;
  }

  private static List<byte[]> paths() {
    List<byte[]> all = new ArrayList<>();
    for (String name :
        List.of(
            "../../etc/passwd",
            "..%2f..%2fetc%2fpasswd",
            "..%252f..",
            "%2e%2e",
            "a%00b",
            "a;b",
            "//etc/passwd",
            "%5c..%5cwindows",
            "a%0d%0ab",
            "a\u0001b",
            "${jndi:ldap://x}",
            "file:///",
            "%ff%fe",
            "a%")) {
      for (String target :
          List.of(
              "/v1/models/" + name + ":swap",
              "/v2/models/" + name + "/infer",
              "/v2/models/" + NAME + "/versions/" + name + "/infer",
              "/app/" + name)) {
        all.add(join(post(target, "application/json", 2, ""), bytes("{}")));
      }
      String swap =
          "{\"file\":\"%s\",\"sha256\":\"%s\"}"
              .formatted(name.replace("\u0001", "\\u0001"), "0".repeat(64));
      all.add(
          join(
              post("/v1/models/" + NAME + ":swap", "application/json", swap.length(), ""),
              bytes(swap)));
    }
    return all;
  }

  private static List<byte[]> heads() {
    List<byte[]> all = new ArrayList<>();
    for (String name :
        List.of("a\r\nSet-Cookie: b=c\r\n", "a\nERROR forged", "a\u0000b", "\u202e")) {
      byte[] body = join(part(name), bytes("none\r\n--x--\r\n"));
      all.add(join(post(RECOGNIZE, MULTIPART, body.length, ""), body));
    }
    for (String line :
        List.of(
            "X: a\rY: b\r\n",
            " folded: a\r\n",
            "X : a\r\n",
            "\r\rX: a\r\n",
            "Inference-Header-Content-Length: -1\r\n",
            "Origin: http://other.example\r\n",
            "Host: other.example\r\n",
            "Authorization: Bearer a\r\nX: \u0000\r\n")) {
      all.add(
          join(post("/v2/models/" + NAME + "/infer", "application/json", 2, line), bytes("{}")));
    }
    all.add(
        bytes("GET /v1/models?a=%0d%0aERROR%20forged HTTP/1.1\r\nHost: localhost\n\rX: y\r\n\r\n"));
    all.add(bytes("GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n"));
    all.add(bytes("GET\u0000/ HTTP/1.1\r\n\r\n"));
    all.add(bytes("\u0016\u0003\u0001\u0002\u0000"));
    return all;
  }

  private static List<byte[]> smuggled() {
    String second = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n";
    List<byte[]> all = new ArrayList<>();
    for (String line :
        List.of(
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: x\r\n",
            "Content-Length: 5\r\n",
            "Content-Length: -5\r\n")) {
      all.add(join(post(RECOGNIZE, "image/png", 4, line), bytes("0\r\n\r\n" + second)));
    }
    for (String chunk :
        List.of(
            "-1\r\n", "zz\r\n", "7fffffffffffffff\r\nabc", "1;" + "x".repeat(9000), "5\r\nab")) {
      all.add(
          bytes(
              "POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
                  + chunk));
    }
    return all;
  }

  private static List<byte[]> endless() {
    String lines = "X: y\r\n".repeat(5000);
    return List.of(
        bytes("GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        bytes("GET / HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n"),
        bytes("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "y".repeat(100_000) + "\r\n\r\n"),
        bytes("G".repeat(100_000)));
  }
}
