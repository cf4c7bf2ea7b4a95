package dev.wwts.convert.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.convert.weights.Skeleton;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The networks that have a skeleton: {@code models/skeletons/index.json}. */
final class KnownNetworks {
  private static final String FOLDER = "/dev/wwts/convert/skeletons/";

  private final JsonNode index;
  private final List<KnownNetwork> networks = new ArrayList<>();

  private KnownNetworks(JsonNode index) {
    this.index = index;
    index.path("models").forEach(node -> networks.add(KnownNetwork.parse(node)));
  }

  /**
   * A network.
   *
   * @param name of its skeleton
   * @param family {@code timm} or {@code hf}
   * @param kind timm's architecture, or the {@code model_type} of transformers
   * @param settings timm's arguments, or what of a configuration the network depends on
   * @param side pixels of the pictures that it was traced with
   * @param takesAnySide whether others fit
   */
  record KnownNetwork(
      String name, String family, String kind, JsonNode settings, int side, boolean takesAnySide) {
    static KnownNetwork parse(JsonNode node) {
      boolean isTimm = node.path("family").asText().equals("timm");
      return new KnownNetwork(
          node.path("name").asText(),
          node.path("family").asText(),
          node.path(isTimm ? "architecture" : "model_type").asText(),
          node.path(isTimm ? "arguments" : "config"),
          node.path("side").asInt(),
          node.path("any_side").asBoolean());
    }

    boolean takes(int width, int height) {
      return takesAnySide || (width == side && height == side);
    }
  }

  static KnownNetworks read() {
    try (InputStream in = resource("index.json")) {
      return new KnownNetworks(new JsonMapper().readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException("The skeletons' index can't be read", e);
    }
  }

  /** The skeleton of a network. */
  static Skeleton skeleton(String name) {
    try (InputStream in = resource(name + ".skeleton")) {
      return Skeleton.read(in);
    } catch (IOException e) {
      throw new UncheckedIOException("The skeleton " + name + " can't be read", e);
    }
  }

  private static InputStream resource(String name) throws FileNotFoundException {
    InputStream in = KnownNetworks.class.getResourceAsStream(FOLDER + name);
    if (in == null) {
      throw new FileNotFoundException(FOLDER + name);
    }
    return in;
  }

  /** Those of a family and kind. */
  List<KnownNetwork> of(String family, String kind) {
    return networks.stream()
        .filter(network -> network.family.equals(family) && network.kind.equals(kind))
        .toList();
  }

  /** What a configuration of transformers means by a setting that it leaves out. */
  JsonNode defaults(String modelType) {
    return index.path("configs").path(modelType);
  }

  /** The same of a processor. */
  JsonNode processor(String type) {
    return index.path("processors").path(type);
  }
}
