package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;
import static dev.wwts.ModelException.Reason.UNSUPPORTED;
import static dev.wwts.ModelException.Reason.WRONG_SHA256;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.ModelException;
import dev.wwts.convert.ConversionSpec.Texts;
import dev.wwts.convert.weights.PartIndex;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.text.Printable;
import dev.wwts.pull.HubProtocol.FormatException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes a model of what a hub has: asks which commit is meant and what its files are, brings them,
 * holds each against the digest that the hub has for it, fills a network with them, and lets the
 * result be tested.
 */
public final class HubPuller {
  /** Makes a model of a folder of a hub's files. */
  interface Maker {
    /**
     * Looks at all but the weights, before these are fetched.
     *
     * @param weights where they will be, with the rest beside them
     * @throws ModelException if no model can be made of them
     */
    void require(Path weights);

    /**
     * Writes {@code out}, a model with manifest, labels and self-test.
     *
     * @param weights with the rest beside them
     * @param labels of its classes; empty: those that the files name
     */
    void make(Path weights, String name, Texts texts, List<String> labels, Path out);
  }

  /** A listing of ten thousand files has 3 MB. */
  private static final int MOST_LISTING = 16 << 20;

  private static final int LONGEST_LICENSE = 100;

  private static final JsonMapper JSON = mapper();

  private final ModelFolder folder;
  private final Maker maker;
  private final Patience patience;
  private final PullListener listener;

  HubPuller(ModelFolder folder, Maker maker, Patience patience, PullListener listener) {
    this.folder = folder;
    this.maker = maker;
    this.patience = patience;
    this.listener = listener;
  }

  private static JsonMapper mapper() {
    JsonMapper mapper = new JsonMapper();
    mapper
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(50).build());
    return mapper;
  }

  /** One that puts models into that folder. */
  public static HubPuller into(ModelFolder folder, PullListener listener) {
    return new HubPuller(folder, new HubMaker(listener), Patience.DEFAULT, listener);
  }

  /**
   * How a hub's model is pulled.
   *
   * @param mirror a server that has the hub's paths, in its place
   * @param sha256 which digest the weights must have
   * @param token what the server is shown
   * @param labels of its classes; empty: those that the hub has
   */
  public record Terms(
      Optional<URI> mirror, Optional<String> sha256, Token token, List<String> labels) {
    /** Copies the list. */
    public Terms {
      labels = List.copyOf(labels);
    }
  }

  /**
   * Pulls a model, unless what the hub has now is here.
   *
   * @return whether anything had to be done
   * @throws ModelException if it can't be had; what is in the folder stays as it was
   */
  public boolean pull(HubModel model, Terms terms, ModelCheck check) {
    HubProtocol protocol = model.hub().protocol();
    URI server = terms.mirror().orElse(model.hub().server());
    boolean isShown = !terms.token().header(server, server).isEmpty();
    if (!isShown && !terms.token().equals(Token.NONE)) {
      listener.say(server.getHost() + " is not asked by https, and not shown HF_TOKEN.");
    }
    Client client = new Client(patience, terms.token(), advice(model, isShown));
    HubListing listing = listing(model, server, client);
    HubWeights weights = listing.weights(model);
    requirePinned(model, terms, weights);
    URI page = Sources.below(server, protocol.page(model, listing, weights.name()));
    String source = "%s (SHA-256 %s)".formatted(page, weights.digest());
    Texts texts = new Texts(listing.commit(), source, license(listing), model.path());
    Function<PinnedFile, URI> address =
        file -> Sources.below(server, protocol.file(model, listing, file.name()));
    String name = model.fileName();
    return new Workshop(folder, listener)
        .make(
            name,
            () -> folder.isHere(name, bundle -> isMade(bundle, source, terms)),
            (making, out) -> {
              Path brought = bring(listing, weights, name, address, client, making);
              maker.make(brought, model.name(), texts, terms.labels(), out);
            },
            check);
  }

  /** Of the hub's files, and with the labels that are asked for, if any are. */
  private static boolean isMade(Bundle bundle, String source, Terms terms) {
    return bundle.manifest().source().equals(source)
        && (terms.labels().isEmpty() || bundle.classes().labels().equals(terms.labels()));
  }

  /** Small files first: they tell if a model can be made of the weights, which may be large. */
  private Path bring(
      HubListing listing,
      HubWeights weights,
      String name,
      Function<PinnedFile, URI> address,
      Client client,
      Path making)
      throws IOException {
    FileFetch fetch = new FileFetch(client, listener);
    for (PinnedFile file : listing.small(weights)) {
      fetch.download(file, List.of(address.apply(file)), making.resolve(file.name()));
    }
    Path brought = making.resolve(weights.name());
    maker.require(brought);
    if (weights.isInParts()) {
      requireListed(weights, brought);
    }
    for (PinnedFile file : weights.files()) {
      fetch.download(file, List.of(address.apply(file)), folder.hidden(name + "." + file.name()));
    }
    for (PinnedFile file : weights.files()) {
      // what can't be made a model of is not kept: nobody would look for it
      Files.move(folder.hidden(name + "." + file.name()), making.resolve(file.name()));
    }
    return brought;
  }

  private static void requireListed(HubWeights weights, Path index) {
    List<String> names = weights.files().stream().map(PinnedFile::name).sorted().toList();
    if (!List.copyOf(PartIndex.read(index).parts()).equals(names)) {
      throw new ModelException(
          UNSUPPORTED,
          "%s names other files of weights than %s: nothing more was fetched."
              .formatted(weights.name(), String.join(", ", names)));
    }
  }

  private static String license(HubListing listing) {
    String license = listing.license();
    return Printable.isPlain(license) && license.length() <= LONGEST_LICENSE ? license : "";
  }

  private HubListing listing(HubModel model, URI server, Client client) {
    String host = server.getHost();
    listener.say("Opening a connection to %s for %s.".formatted(host, model.path()));
    URI address = Sources.below(server, model.hub().protocol().listing(model));
    try (HttpAnswer answer = HttpAnswer.get(address, 0, "", client)) {
      JsonNode json = JSON.readTree(answer.whole(model.path(), MOST_LISTING));
      return model.hub().protocol().read(model, json);
    } catch (JsonProcessingException e) {
      throw unlike(host, model, "JSON", e);
    } catch (FormatException e) {
      throw unlike(host, model, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw Failures.of(address, model.path(), client.advice(), e);
    }
  }

  private static ModelException unlike(String host, HubModel model, String wanted, Exception e) {
    return new ModelException(
        UNREADABLE,
        "%s does not answer as a hub for %s: without %s; try --mirror URL, or wwts convert FOLDER."
            .formatted(host, model.path(), Printable.line(wanted, 60)),
        e);
  }

  private static void requirePinned(HubModel model, Terms terms, HubWeights weights) {
    if (terms.sha256().isPresent() && !terms.sha256().get().equals(weights.digest())) {
      throw new ModelException(
          WRONG_SHA256,
          "%s of %s has SHA-256 %s there, not %s: nothing was fetched."
              .formatted(weights.name(), model, weights.digest(), terms.sha256().get()));
    }
  }

  private static Advice advice(HubModel model, boolean hasToken) {
    return new Advice() {
      @Override
      public String otherwise() {
        return "try --mirror URL, or wwts convert FOLDER";
      }

      @Override
      public Optional<String> meaning(int status, String code) {
        return model.hub().protocol().meaning(model, hasToken, status, code);
      }
    };
  }
}
