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
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The walls between the packages, as docs/ARCHITECTURE.md draws them. */
class ArchitectureTest {
  /** Who still reaches through a wall, by name, and where to; this may only get shorter. */
  private static final List<Breach> BREACHES =
      List.of(
          new Breach("dev.wwts.cli.BatchRunner", "dev.wwts.internal.."),
          new Breach("dev.wwts.cli.Vram", "dev.wwts.internal.lane.."));

  private record Breach(String from, String to) {
    DescribedPredicate<JavaClass> origin() {
      return describe(from, type -> type.getName().matches(from + "([$].*)?"));
    }

    DescribedPredicate<JavaClass> target() {
      return resideInAPackage(to);
    }
  }

  /** Of the API, where a recognizer is made: the one place that knows what is inside. */
  private static final DescribedPredicate<JavaClass> DOOR =
      describe("the door", type -> type.getName().matches("dev.wwts.Recognizer(Builder)?"));

  /** What holds, changes or watches recognizers: on top of the API, and partly of it. */
  private static final DescribedPredicate<JavaClass> SLOTS =
      describe(
          "slots",
          type ->
              type.getName()
                      .matches(
                          "dev.wwts.(Model(Registry|Slot\\w*|Version|Watch)|SwapListener|RecognizerMetrics)([$].*)?")
                  || type.getPackageName().equals("dev.wwts.internal.swap"));

  private static final DescribedPredicate<JavaClass> API =
      resideInAPackage("dev.wwts").and(not(DOOR)).and(not(SLOTS));

  private static final String[] COMMAND_LINE = {"dev.wwts.cli..", "dev.wwts.report.."};

  /** Each room, and the rooms that it may use beside the API: those further up. */
  private static final List<Room> ROOMS =
      List.of(
          room("events", ""),
          room("gallery", ""),
          room("tokenizer", ""),
          room("natives", "text"),
          room("pixels", "natives"),
          room("model", "pixels natives text"),
          room("image", "pixels natives"),
          room("settings", "image pixels"),
          room("cuda", "image pixels model natives"),
          room("torch", "cuda pixels model natives events text"),
          room("rewrite", "torch"),
          room("network", "rewrite torch cuda image pixels model natives"),
          room("lane", "network torch cuda image pixels model natives settings events"),
          room("serve", "lane image pixels model natives settings events text"),
          room("inspect", "torch cuda image pixels natives"));

  private record Room(String name, List<String> uses) {
    String packages() {
      return "dev.wwts.internal." + name + "..";
    }
  }

  private static Room room(String name, String uses) {
    return new Room(name, uses.isEmpty() ? List.of() : List.of(uses.split(" ")));
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
            .optionalLayer("slots")
            .definedBy(SLOTS)
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
    for (Breach breach : BREACHES) {
      house = house.ignoreDependency(breach.origin(), breach.target());
    }
    house
        .whereLayer("text")
        .mayNotAccessAnyLayer()
        .whereLayer("API")
        .mayOnlyAccessLayers("text")
        .whereLayer("door")
        .mayOnlyAccessLayers("API", "serve", "settings", "model", "image", "pixels", "text")
        .whereLayer("slots")
        .mayOnlyAccessLayers("API", "door", "settings", "model", "natives", "events", "text")
        .whereLayer("report")
        .mayOnlyAccessLayers("inspect", "model")
        .whereLayer("cli")
        .mayOnlyAccessLayers(
            "API", "door", "slots", "report", "inspect", "model", "settings", "text")
        .check(Classes.ALL);
  }

  @Test
  void whatIsMendedIsNoLongerListed() {
    for (Breach breach : BREACHES) {
      assertThat(Classes.ALL.stream().filter(breach.origin()))
          .as("%s no longer reaches %s: take it off the list", breach.from, breach.to)
          .anyMatch(
              type ->
                  type.getDirectDependenciesFromSelf().stream()
                      .anyMatch(use -> breach.target().test(use.getTargetClass())));
    }
  }

  @Test
  void everyPackageIsARoom() {
    List<String> rooms = new ArrayList<>(List.of("text", "swap"));
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
            return SliceIdentifier.of(
                DOOR.test(type) ? "door" : SLOTS.test(type) ? "slots" : type.getPackageName());
          }

          @Override
          public String getDescription() {
            return "packages";
          }
        };
    SliceRule rule = slices().assignedFrom(packages).should().beFreeOfCycles();
    for (Breach breach : BREACHES) {
      rule = rule.ignoreDependency(breach.origin(), breach.target());
    }
    rule.check(Classes.ALL);
  }

  @Test
  void presetsAreKnownWhereTheyAreWrapped() {
    onlyThese(
            "dev.wwts.internal.torch..",
            "dev.wwts.internal.rewrite..",
            "dev.wwts.internal.network..",
            "dev.wwts.internal.lane..",
            "dev.wwts.internal.cuda..")
        .know("pytorch");
    onlyThese("dev.wwts.internal.cuda..").know("cuda");
    onlyThese("dev.wwts.internal.image..").know("opencv");
    onlyThese("dev.wwts.internal.torch..", "dev.wwts.internal.natives..").know("openblas");
    // a model's file is read into memory of JavaCPP's
    onlyThese(
            "dev.wwts.internal.torch..",
            "dev.wwts.internal.rewrite..",
            "dev.wwts.internal.network..",
            "dev.wwts.internal.lane..",
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
