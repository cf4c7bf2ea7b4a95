package dev.wwts.pull;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * ModelScope: {@code GET /api/v1/models/OWNER/NAME/repo/files?Revision=REVISION&Recursive=true}
 * names the commit and each file's SHA-256; {@code GET
 * /api/v1/models/OWNER/NAME/repo?Revision=REVISION&FilePath=FILE} gives it.
 */
final class ModelScope implements HubProtocol {
  private static final String NEWEST = "master";

  @Override
  public String listing(HubModel model) {
    return "api/v1/models/%s/repo/files?Revision=%s&Recursive=true"
        .formatted(model.path(), revision(model));
  }

  @Override
  public HubListing read(HubModel model, JsonNode answer) throws FormatException {
    if (!answer.path("Success").asBoolean(false)) {
      throw new FormatException("success (" + answer.path("Message").asText() + ")");
    }
    JsonNode data = answer.path("Data");
    JsonNode last = data.path("LatestCommitter");
    List<String> commits = new ArrayList<>();
    commits.add(last.path("Id").asText());
    commits.add(last.path("ShortId").asText());
    Map<String, PinnedFile> files = new HashMap<>();
    for (JsonNode file : data.path("Files")) {
      String path = file.path("Path").asText();
      String digest = file.path("Sha256").asText();
      long bytes = file.path("Size").asLong(-1);
      if (!path.contains("/") && bytes > 0 && PinnedFile.isDigest(digest)) {
        files.put(path, new PinnedFile(path, bytes, digest));
        if (HubListing.isWeights(path)) {
          commits.add(file.path("Revision").asText());
        }
      }
    }
    return new HubListing(commit(commits), "", files);
  }

  /** The first that there is: answers name it in full, or its beginning, or for files only. */
  private static String commit(List<String> commits) throws FormatException {
    return commits.stream()
        .filter(commit -> commit.matches("[0-9a-f]{7,40}"))
        .findFirst()
        .orElseThrow(() -> new FormatException("a commit"));
  }

  /** By the name that was asked for: the digests tell if it has come to mean another commit. */
  @Override
  public String file(HubModel model, HubListing listing, String name) {
    return "api/v1/models/%s/repo?Revision=%s&FilePath=%s"
        .formatted(model.path(), revision(model), name);
  }

  @Override
  public String page(HubModel model, HubListing listing, String name) {
    return "models/%s/resolve/%s/%s".formatted(model.path(), listing.commit(), name);
  }

  private static String revision(HubModel model) {
    return URLEncoder.encode(model.revision().isEmpty() ? NEWEST : model.revision(), UTF_8);
  }

  @Override
  public Optional<String> meaning(HubModel model, boolean hasToken, int status, String code) {
    return Optional.ofNullable(
        switch (status) {
          case 401, 403 ->
              "not everybody gets it: download it with your account, then wwts convert FOLDER";
          case 404 -> "there is no such model, revision or file";
          default -> null;
        });
  }
}
