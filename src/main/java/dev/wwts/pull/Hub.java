package dev.wwts.pull;

import java.net.URI;
import java.util.Optional;
import java.util.stream.Stream;

/** The hubs whose models can be pulled by the names that they have there. */
public enum Hub {
  /** Hugging Face. */
  HUGGING_FACE("hf", "https://huggingface.co"),
  /** ModelScope, 魔搭. */
  MODEL_SCOPE("modelscope", "https://www.modelscope.cn");

  private final String prefix;
  private final URI server;

  Hub(String prefix, String server) {
    this.prefix = prefix;
    this.server = URI.create(server);
  }

  static Optional<Hub> of(String prefix) {
    return Stream.of(values()).filter(hub -> hub.prefix.equals(prefix)).findFirst();
  }

  /** What stands before the colon. */
  String prefix() {
    return prefix;
  }

  URI server() {
    return server;
  }

  HubProtocol protocol() {
    return switch (this) {
      case HUGGING_FACE -> new HuggingFace();
      case MODEL_SCOPE -> new ModelScope();
    };
  }
}
