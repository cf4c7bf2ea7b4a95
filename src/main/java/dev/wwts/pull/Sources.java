package dev.wwts.pull;

import dev.wwts.pull.CatalogueEntry.SourceFile;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Where a file is taken from. */
public sealed interface Sources {
  /**
   * A folder: no connection is opened.
   *
   * @param folder where a file of the catalogue's name lies
   */
  record Folder(Path folder) implements Sources {
    Path file(SourceFile file) {
      return folder.resolve(file.name());
    }
  }

  /** Web servers, one after the other. */
  @FunctionalInterface
  non-sealed interface Web extends Sources {
    /** The addresses of a file, in the order in which they are tried. */
    List<URI> of(SourceFile file);
  }

  /** The catalogue's own addresses. */
  record Catalogued() implements Web {
    @Override
    public List<URI> of(SourceFile file) {
      return file.sources();
    }
  }

  /**
   * A web folder.
   *
   * @param base in which a file of the catalogue's name lies
   */
  record Base(URI base) implements Web {
    @Override
    public List<URI> of(SourceFile file) {
      return List.of(below(base, file.name()));
    }
  }

  /**
   * A server that has the catalogue's paths.
   *
   * @param host what stands in place of the first address's scheme and host
   */
  record Mirror(URI host) implements Web {
    @Override
    public List<URI> of(SourceFile file) {
      String path = file.sources().get(0).getRawPath();
      return List.of(below(host, path.substring(1)));
    }
  }

  /** Whether an address names a server that can be asked. */
  static boolean hasServer(URI address) {
    return address.getHost() != null && address.getPort() <= 0xffff;
  }

  /** The address of what lies in a web folder. */
  static URI below(URI base, String path) {
    String text = base.toString();
    return URI.create((text.endsWith("/") ? text : text + "/") + path);
  }

  /**
   * The address of a web folder, as a user wrote it.
   *
   * @throws IllegalArgumentException if it is none
   */
  static URI address(String text) {
    try {
      URI address = new URI(text);
      String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
      boolean isWeb = scheme.equals("https") || scheme.equals("http");
      boolean isBare = address.getQuery() == null && address.getFragment() == null;
      if (isWeb && isBare && hasServer(address) && address.getUserInfo() == null) {
        // the client sends what is not ASCII as question marks
        return new URI(address.toASCIIString());
      }
    } catch (URISyntaxException e) {
      // told below
    }
    throw new IllegalArgumentException(
        "'%s' is neither a folder here nor the address of one, such as https://host/folder."
            .formatted(text));
  }
}
