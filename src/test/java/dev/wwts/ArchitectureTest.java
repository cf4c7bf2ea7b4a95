package dev.wwts;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The walls between the packages, as docs/ARCHITECTURE.md draws them. */
class ArchitectureTest {
  /** Who still reaches through a wall, and where to; this may only get shorter. */
  private static final Map<String, String> BREACHES =
      Map.of(
          "dev.wwts.ClassHead", "dev.wwts.internal..",
          "dev.wwts.OpenResources", "dev.wwts.internal..",
          "dev.wwts.PictureReader", "dev.wwts.internal..",
          "dev.wwts.Resources", "dev.wwts.internal..",
          "dev.wwts.SelfTestRun", "dev.wwts.internal..",
          "dev.wwts.Worker", "dev.wwts.internal..",
          "dev.wwts.WorkerPool", "dev.wwts.internal..",
          "dev.wwts.cli.BatchRunner", "dev.wwts.internal..",
          "dev.wwts.cli.Vram", "dev.wwts.internal.torch..");

  /** Of the API, where a recognizer is made: the one place that knows what is inside. */
  private static final DescribedPredicate<JavaClass> DOOR =
      describe(
          "the door",
          type ->
              type.getPackageName().equals("dev.wwts")
                  && (type.getSimpleName().matches("Recognizer(Builder)?")
                      || isOfOneIn(BREACHES, type)));

  private static final DescribedPredicate<JavaClass> API =
      resideInAPackage("dev.wwts").and(not(DOOR));

  private static final String[] COMMAND_LINE = {"dev.wwts.cli..", "dev.wwts.report.."};

  /** Each room, and the rooms that it may use beside the API: those further up. */
  private static final List<Room> ROOMS =
      List.of(
          room("natives", "text"),
          room("pixels", "natives"),
          room("model", "pixels", "natives", "text"),
          room("image", "pixels", "natives"),
          room("settings", "image", "pixels"),
          room("cuda", "image", "pixels", "model", "natives"),
          room("torch", "cuda", "image", "pixels", "model", "natives", "settings", "text"),
          room("serve", "torch", "image", "pixels", "model", "natives", "settings", "text"),
          room("inspect", "torch", "cuda", "image", "pixels", "natives"));

  private record Room(String name, List<String> uses) {
    String packages() {
      return "dev.wwts.internal." + name + "..";
    }
  }

  private static Room room(String name, String... uses) {
    return new Room(name, List.of(uses));
  }

  @Test
  void roomsUseOnlyWhatIsDrawn() {
    LayeredArchitecture house =
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("text")
            .definedBy("dev.wwts.internal.text..")
            .layer("API")
            .definedBy(API)
            .layer("door")
            .definedBy(DOOR)
            .layer("cli")
            .definedBy("dev.wwts.cli..")
            .layer("report")
            .definedBy("dev.wwts.report..");
    for (Room room : ROOMS) {
      house = house.optionalLayer(room.name).definedBy(room.packages());
    }
    for (Room room : ROOMS) {
      List<String> uses = new ArrayList<>(room.uses);
      uses.add("API");
      house = house.whereLayer(room.name).mayOnlyAccessLayers(uses.toArray(String[]::new));
    }
    for (Map.Entry<String, String> breach : BREACHES.entrySet()) {
      house =
          house.ignoreDependency(
              describe(breach.getKey(), type -> isOf(breach.getKey(), type)),
              resideInAPackage(breach.getValue()));
    }
    house
        .whereLayer("text")
        .mayNotAccessAnyLayer()
        .whereLayer("API")
        .mayOnlyAccessLayers("text")
        .whereLayer("door")
        .mayOnlyAccessLayers("API", "serve", "settings", "model", "image", "pixels", "text")
        .whereLayer("report")
        .mayOnlyAccessLayers("inspect", "model")
        .whereLayer("cli")
        .mayOnlyAccessLayers("API", "door", "report", "inspect", "model", "settings", "text")
        .check(Classes.ALL);
  }

  private static boolean isOfOneIn(Map<String, String> breaches, JavaClass type) {
    return breaches.keySet().stream().anyMatch(name -> isOf(name, type));
  }

  /** Whether it is the class of this name or one inside it. */
  private static boolean isOf(String name, JavaClass type) {
    return type.getName().equals(name) || type.getName().startsWith(name + "$");
  }

  @Test
  void everyPackageIsARoom() {
    List<String> rooms = new ArrayList<>(List.of("text"));
    ROOMS.forEach(room -> rooms.add(room.name));
    assertThat(Classes.ALL.stream().map(ArchitectureTest::roomOf).filter(name -> !name.isEmpty()))
        .isSubsetOf(rooms);
  }

  private static final Pattern INTERNAL = Pattern.compile("dev\\.wwts\\.internal\\.(\\w+).*");

  private static String roomOf(JavaClass type) {
    Matcher internal = INTERNAL.matcher(type.getPackageName());
    return internal.matches() ? internal.group(1) : "";
  }

  @Test
  void packagesAreFreeOfCycles() {
    SliceAssignment packages =
        new SliceAssignment() {
          @Override
          public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(DOOR.test(type) ? "door" : type.getPackageName());
          }

          @Override
          public String getDescription() {
            return "packages";
          }
        };
    slices().assignedFrom(packages).should().beFreeOfCycles().check(Classes.ALL);
  }

  @Test
  void presetsAreKnownWhereTheyAreWrapped() {
    onlyThese("dev.wwts.internal.torch..", "dev.wwts.internal.cuda..").know("pytorch");
    onlyThese("dev.wwts.internal.cuda..").know("cuda");
    onlyThese("dev.wwts.internal.image..").know("opencv");
    onlyThese("dev.wwts.internal.torch..").know("openblas");
    // a model's file is read into memory of JavaCPP's
    onlyThese(
            "dev.wwts.internal.torch..",
            "dev.wwts.internal.cuda..",
            "dev.wwts.internal.image..",
            "dev.wwts.internal.pixels..",
            "dev.wwts.internal.natives..",
            "dev.wwts.internal.model")
        .know("javacpp");
  }

  private static Knowing onlyThese(String... packages) {
    return preset ->
        noClasses()
            .that(not(resideInAnyPackage(packages)))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco." + preset + "..")
            .check(Classes.ALL);
  }

  private interface Knowing {
    void know(String preset);
  }

  @Test
  void theLibraryDependsOnNothingOfTheCommandLines() {
    noClasses()
        .that(not(resideInAnyPackage(COMMAND_LINE)))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("picocli..", "me.tongfei..", "org.knowm..", "de.erichseifert..")
                .or(resideInAnyPackage(COMMAND_LINE)))
        .check(Classes.ALL);
  }
}
