package dev.wwts.convert.folder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.folder.KnownNetworks.KnownNetwork;
import dev.wwts.internal.text.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A {@code config.json} of transformers, with what is meant by a setting that it leaves out.
 *
 * @param file it
 * @param given what it says
 * @param defaults by the settings' names, with a dot before those of an object in it
 */
record Configuration(Path file, JsonNode given, JsonNode defaults) {
  private static final int SHOWN = 60;
  private static final String SIDE = "image_size";

  /** The network of these settings; what differs from the nearest one is named. */
  KnownNetwork among(List<KnownNetwork> known) {
    List<String> nearest = List.of();
    Set<Integer> sides = new TreeSet<>();
    for (KnownNetwork network : known) {
      List<String> other = differing(network);
      if (other.isEmpty()) {
        return network;
      }
      if (other.equals(List.of(SIDE))) {
        sides.add(network.side());
      }
      nearest = nearest.isEmpty() || other.size() < nearest.size() ? other : nearest;
    }
    String field = nearest.get(0);
    String value = Printable.line(get(field).toString(), SHOWN);
    if (!sides.isEmpty()) {
      String shown = sides.stream().map(String::valueOf).collect(Collectors.joining(" or "));
      throw unsupported(
          "its network is known for pictures of %s pixels a side, not of %s"
              .formatted(shown, value));
    }
    throw unsupported("no network known here has %s %s".formatted(field, value));
  }

  private List<String> differing(KnownNetwork network) {
    List<String> differing = new ArrayList<>();
    for (Map.Entry<String, JsonNode> wanted : network.settings().properties()) {
      String field = wanted.getKey();
      boolean isFree = network.takesAnySide() && field.equals(SIDE);
      if (!isFree && !Json.same(wanted.getValue(), get(field))) {
        differing.add(field);
      }
    }
    return differing;
  }

  /** A setting. */
  JsonNode get(String field) {
    JsonNode node = given;
    for (String part : field.split("\\.", -1)) {
      node = node.path(part);
    }
    return node.isMissingNode() ? defaults.path(field) : node;
  }

  ModelException unsupported(String fault) {
    return new ModelException(
        Reason.UNSUPPORTED,
        "%s: %s: export it in Python with models/export.py.".formatted(file, fault));
  }
}
