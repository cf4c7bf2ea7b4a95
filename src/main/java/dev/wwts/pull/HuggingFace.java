package dev.wwts.pull;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Hugging Face: {@code GET /api/models/OWNER/NAME/revision/REVISION?blobs=true} names the commit
 * and, for each file, git's SHA-1 and LFS's SHA-256; {@code GET /OWNER/NAME/resolve/COMMIT/FILE}
 * gives it, by a redirection to another host where it is large.
 */
final class HuggingFace implements HubProtocol {
  private static final String NEWEST = "main";

  @Override
  public String listing(HubModel model) {
    return "api/models/%s/revision/%s?blobs=true"
        .formatted(model.path(), URLEncoder.encode(revision(model), UTF_8));
  }

  @Override
  public HubListing read(HubModel model, JsonNode answer) throws FormatException {
    String commit = answer.path("sha").asText();
    if (!commit.matches("[0-9a-f]{40}")) {
      throw new FormatException("a commit");
    }
    if (model.revision().matches("[0-9a-f]{40}") && !commit.equals(model.revision())) {
      throw new FormatException("the commit that was asked for");
    }
    Map<String, PinnedFile> files = new HashMap<>();
    for (JsonNode file : answer.path("siblings")) {
      String name = file.path("rfilename").asText();
      JsonNode lfs = file.path("lfs");
      String digest = (lfs.isObject() ? lfs.path("sha256") : file.path("blobId")).asText();
      long bytes = file.path("size").asLong(-1);
      if (!name.contains("/") && bytes > 0 && PinnedFile.isDigest(digest)) {
        files.put(name, new PinnedFile(name, bytes, digest));
      }
    }
    return new HubListing(commit, answer.path("cardData").path("license").asText(), files);
  }

  @Override
  public String file(HubModel model, HubListing listing, String name) {
    return "%s/resolve/%s/%s".formatted(model.path(), listing.commit(), name);
  }

  @Override
  public String page(HubModel model, HubListing listing, String name) {
    return file(model, listing, name);
  }

  private static String revision(HubModel model) {
    return model.revision().isEmpty() ? NEWEST : model.revision();
  }

  @Override
  public Optional<String> meaning(HubModel model, boolean hasToken, int status, String code) {
    String page = "https://huggingface.co/" + model.path();
    return Optional.ofNullable(
        switch (code) {
          case "GatedRepo" ->
              hasToken
                  ? "the account of HF_TOKEN has no access: accept its terms at " + page
                  : "accept its terms at %s, and set HF_TOKEN to a token of your account"
                      .formatted(page);
          case "RevisionNotFound" -> "it has no revision " + revision(model);
          case "EntryNotFound" -> "that commit has no such file";
          default ->
              switch (status) {
                case 401 ->
                    hasToken
                        ? "HF_TOKEN holds no token that is valid there"
                        : "there is no such model, or it is private: set HF_TOKEN to a token that may read it";
                case 403 -> "the token in HF_TOKEN may not read it";
                case 404 -> "there is no such model";
                default -> null;
              };
        });
  }
}
