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
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The walls between the packages, as docs/ARCHITECTURE.md draws them. */
class ArchitectureTest {
  /** Of the API, where recognizers and galleries are made: what knows what is inside. */
  private static final DescribedPredicate<JavaClass> DOOR =
      describe("the door", type -> type.getName().matches("dev.wwts.Recognizer(Builder)?"));

  /**
   * What holds, changes, watches or goes on with recognizers: on top of the API, and partly of it.
   */
  private static final DescribedPredicate<JavaClass> SLOTS =
      describe(
          "slots",
          type ->
              type.getName()
                      .matches(
                          "dev.wwts.(Gallery|Model(Registry|Slot\\w*|Version|Watch)|SwapListener|RecognizerMetrics)([$].*)?")
                  || type.getPackageName().equals("dev.wwts.internal.swap"));

  private static final DescribedPredicate<JavaClass> API =
      resideInAPackage("dev.wwts").and(not(DOOR)).and(not(SLOTS));

  private static final String[] COMMAND_LINE = {
    "dev.wwts.cli..",
    "dev.wwts.convert..",
    "dev.wwts.pull..",
    "dev.wwts.report..",
    "dev.wwts.sheet..",
    "dev.wwts.train.."
  };

  /** Each room, and the rooms that it may use beside the API: those further up. */
  private static final List<Room> ROOMS =
      List.of(
          room("events", ""),
          room("remark", "events text"),
          room("gallery", "threads"),
          room("tokenizer", ""),
          room("natives", "text threads"),
          room("pixels", "natives"),
          room("model", "pixels natives text threads tokenizer"),
          room("image", "pixels natives"),
          room("settings", "image pixels"),
          room("head", "settings model"),
          room("cuda", "image pixels model natives"),
          room("torch", "cuda pixels model natives remark text threads"),
          room("rewrite", "torch"),
          room("network", "rewrite torch cuda image pixels model natives remark"),
          room(
              "lane",
              "head network torch cuda image pixels model natives settings events remark threads"),
          room("serve", "head lane image pixels model natives settings events remark text threads"),
          room(
              "inspect",
              "serve lane head torch cuda image pixels model natives settings remark text"));

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
            .layer("threads")
            .definedBy("dev.wwts.internal.threads..")
            .layer("API")
            .definedBy(API)
            .layer("door")
            .definedBy(DOOR)
            .optionalLayer("slots")
            .definedBy(SLOTS)
            .layer("cli")
            .definedBy("dev.wwts.cli..")
            .layer("pull")
            .definedBy("dev.wwts.pull..")
            .layer("report")
            .definedBy("dev.wwts.report..")
            .layer("convert")
            .definedBy("dev.wwts.convert..")
            .layer("sheet")
            .definedBy("dev.wwts.sheet..")
            .layer("train")
            .definedBy("dev.wwts.train..");
    for (Room room : ROOMS) {
      house = house.optionalLayer(room.name).definedBy(room.packages());
    }
    for (Room room : ROOMS) {
      List<String> uses = new ArrayList<>(room.uses);
      uses.add("API");
      house = house.whereLayer(room.name).mayOnlyAccessLayers(uses.toArray(String[]::new));
    }
    house
        .whereLayer("text")
        .mayNotAccessAnyLayer()
        .whereLayer("threads")
        .mayNotAccessAnyLayer()
        .whereLayer("API")
        .mayOnlyAccessLayers("text")
        .whereLayer("door")
        .mayOnlyAccessLayers(
            "API", "serve", "settings", "remark", "model", "image", "pixels", "text")
        .whereLayer("slots")
        .mayOnlyAccessLayers(
            "API", "door", "gallery", "settings", "model", "natives", "events", "text", "threads")
        .whereLayer("report")
        .mayOnlyAccessLayers("inspect", "model")
        .whereLayer("convert")
        .mayOnlyAccessLayers("API", "torch", "image", "pixels", "model", "tokenizer", "text")
        .whereLayer("sheet")
        .mayOnlyAccessLayers("API", "image", "pixels", "text")
        .whereLayer("train")
        .mayOnlyAccessLayers("API", "convert", "torch", "model")
        .whereLayer("pull")
        .mayOnlyAccessLayers("API", "convert", "model", "pixels", "text")
        .whereLayer("cli")
        .mayOnlyAccessLayers(
            "API",
            "door",
            "slots",
            "pull",
            "report",
            "convert",
            "sheet",
            "train",
            "inspect",
            "model",
            "settings",
            "text")
        .check(Classes.ALL);
  }

  @Test
  void everyPackageIsARoom() {
    List<String> rooms = new ArrayList<>(List.of("text", "threads", "swap"));
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
    slices().assignedFrom(packages).should().beFreeOfCycles().check(Classes.ALL);
  }

  @Test
  void presetsAreKnownWhereTheyAreWrapped() {
    onlyThese(
            "dev.wwts.internal.torch..",
            "dev.wwts.internal.rewrite..",
            "dev.wwts.internal.network..",
            "dev.wwts.internal.lane..",
            "dev.wwts.internal.cuda..",
            "dev.wwts.convert",
            "dev.wwts.train")
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
            "dev.wwts.internal.model",
            "dev.wwts.convert",
            "dev.wwts.train")
        .know("javacpp");
  }

  @Test
  void onlyPullOpensConnections() {
    Pattern connections =
        Pattern.compile(
            "java\\.net\\.http\\..*|java\\.net\\.(\\w*URLConnection|\\w*Socket)|java\\.nio\\.channels\\.\\w*(Socket|Datagram)Channel|javax\\.net\\..*");
    noClasses()
        .that(not(resideInAPackage("dev.wwts.pull..")))
        .should()
        .dependOnClassesThat(
            describe("are connections", type -> connections.matcher(type.getName()).matches()))
        .orShould()
        .callMethodWhere(
            describe(
                "an address is opened",
                call ->
                    call.getTargetOwner().isEquivalentTo(URL.class)
                        && call.getName().matches("open(Connection|Stream)|getContent")))
        .check(Classes.ALL);
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
            resideInAnyPackage(
                    "picocli..",
                    "me.tongfei..",
                    "org.knowm..",
                    "de.erichseifert..",
                    "com.google.flatbuffers..")
                .or(resideInAnyPackage(COMMAND_LINE)))
        .check(Classes.ALL);
  }
}
