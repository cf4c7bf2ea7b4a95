package dev.wwts.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a service. */
final class Client {
  static final Path MODELS = Path.of("../../models");
  static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String BOUNDARY = "----wwts";

  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;

  Client(int port) {
    this.base = "http://127.0.0.1:" + port;
  }

  static byte[] sample(String name) {
    try {
      return Files.readAllBytes(MODELS.resolve("samples").resolve(name));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** An answer. */
  record Reply(HttpResponse<byte[]> response) {
    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    JsonNode json() {
      return JSON.readTree(response.body());
    }
  }

  Reply get(String path, String... headers) {
    return send(request(path, headers).build());
  }

  Reply post(String path, String type, byte[] body, String... headers) {
    return send(
        request(path, headers)
            .header("Content-Type", type)
            .POST(BodyPublishers.ofByteArray(body))
            .build());
  }

  Reply delete(String path) {
    return send(request(path).DELETE().build());
  }

  /** A body of zeros that does not say how long it is. */
  Reply stream(String path, String type, int length) {
    return send(
        request(path)
            .header("Content-Type", type)
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[length])))
            .build());
  }

  Reply json(String path, String body, String... headers) {
    return post(path, "application/json", body.getBytes(StandardCharsets.UTF_8), headers);
  }

  Reply upload(String path, Map<String, byte[]> files) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    files.forEach(
        (name, bytes) -> {
          write(out, "--" + BOUNDARY + "\r\n");
          write(
              out,
              "Content-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n");
          out.writeBytes(bytes);
          write(out, "\r\n");
        });
    write(out, "--" + BOUNDARY + "--\r\n");
    return post(path, "multipart/form-data; boundary=" + BOUNDARY, out.toByteArray());
  }

  private static void write(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    return headers.length == 0 ? request : request.headers(headers);
  }

  Reply send(HttpRequest request) {
    try {
      return new Reply(http.send(request, BodyHandlers.ofByteArray()));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
