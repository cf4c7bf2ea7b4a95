package dev.wwts.server;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.wwts.Gallery;
import dev.wwts.ModelInfo;
import dev.wwts.ModelVersion;
import dev.wwts.Recognizer;
import dev.wwts.Stats;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/models}: what answers, and its change. */
@RestController
class ModelsController {
  private final Asking asking;
  private final @Nullable Path folder;
  private final boolean hasGallery;

  ModelsController(Asking asking, ServerProperties properties, ObjectProvider<Gallery> gallery) {
    this.asking = asking;
    this.folder = properties.models();
    this.hasGallery = gallery.getIfAvailable() != null;
  }

  /**
   * The models that answer.
   *
   * @param gallery whether there is one beside them
   */
  record Models(List<Model> models, boolean gallery) {}

  /**
   * A model that answers.
   *
   * @param name what the service calls it, whatever is swapped in
   * @param model its manifest's name
   * @param generation 1, and one more for each swap
   * @param embedding how many numbers tell what a picture is like; 0 where it gives none
   * @param texts whether it knows texts too
   */
  record Model(
      String name,
      String model,
      long generation,
      String file,
      String sha256,
      String license,
      boolean trained,
      int width,
      int height,
      int classes,
      int embedding,
      boolean texts,
      double threshold,
      String device,
      String precision,
      int threads,
      @JsonIgnoreProperties({"sha256", "generation"}) Stats stats,
      List<String> remarks) {
    static Model of(String name, Recognizer recognizer, ModelVersion version) {
      ModelInfo model = version.model();
      return new Model(
          name,
          model.name(),
          version.generation(),
          String.valueOf(version.file().getFileName()),
          version.sha256(),
          model.license(),
          model.trained(),
          model.width(),
          model.height(),
          model.labels().size(),
          model.embedding(),
          model.texts(),
          model.threshold(),
          model.device().toString(),
          model.precision().toString(),
          model.threads(),
          recognizer.stats(),
          recognizer.remarks());
    }
  }

  /**
   * Which file is to take the place.
   *
   * @param file a file's name in the folder of models
   * @param sha256 that it must have, 64 hexadecimal digits
   */
  record Swap(
      @NotBlank String file,
      @NotBlank @Pattern(regexp = "[0-9a-fA-F]{64}", message = "must be 64 hexadecimal digits")
          String sha256) {}

  @Operation(summary = "What answers, how it runs, and how calls went")
  @GetMapping("/v1/models")
  Models models() {
    return new Models(List.of(model()), hasGallery);
  }

  private Model model() {
    return asking
        .slot()
        .with((recognizer, version) -> Model.of(asking.name(), recognizer, version));
  }

  @Operation(
      summary = "Puts another model in this one's place, while calls go on",
      description = "Answered when it is there; whatever fails, the present one stays.")
  @PostMapping("/v1/models/{name}:swap")
  Model swap(@PathVariable String name, @Valid @RequestBody Swap swap) {
    if (!name.equals(asking.name())) {
      throw Problems.of(
          HttpStatus.NOT_FOUND,
          "unknown_model",
          "There is no model of that name: GET /v1/models names what there is.");
    }
    asking.slot().swap(file(swap.file()), swap.sha256());
    return model();
  }

  /** A file of the folder itself: no path, no link that leads out. */
  private Path file(String name) {
    if (folder == null) {
      throw Problems.of(
          HttpStatus.FORBIDDEN,
          "no_folder",
          "Models can't be swapped here: start the service with --models DIR.");
    }
    try {
      Path file = folder.resolve(name);
      if (name.equals(String.valueOf(file.getFileName()))
          && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          && folder.toRealPath().equals(file.toRealPath().getParent())) {
        return file;
      }
    } catch (InvalidPathException | IOException e) {
      // the same for all: what else is on the machine is not told
    }
    throw Problems.of(
        HttpStatus.NOT_FOUND,
        "unknown_file",
        "There is no such file in the folder of models: name a file that lies there, without a path.");
  }
}
