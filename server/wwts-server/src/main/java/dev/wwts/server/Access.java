package dev.wwts.server;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask: whoever bears the token, where there is one; else whoever reaches the address.
 *
 * @param token what requests must bear
 * @param made whether it was made at the start, so that it must be told
 * @param local whether only this machine reaches the address
 */
record Access(Optional<String> token, boolean made, boolean local) {
  static Access of(@Nullable InetAddress address, ServerProperties properties) {
    boolean local = address != null && address.isLoopbackAddress();
    String token = properties.token();
    if (token != null && !token.isBlank()) {
      return new Access(Optional.of(token), false, local);
    }
    return local || properties.insecure()
        ? new Access(Optional.empty(), false, local)
        : new Access(Optional.of(random()), true, false);
  }

  /** In a time that tells nothing of where the two differ. */
  boolean allows(String given) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8),
        token.orElseThrow().getBytes(StandardCharsets.UTF_8));
  }

  private static String random() {
    byte[] bytes = new byte[24];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
