package dev.wwts;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.wwts.internal.torch.Lane;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The walls between the packages. */
class ArchitectureTest {
  /** Who hands LibTorch's own types to one another. */
  private static final DescribedPredicate<JavaClass> KNOW_LIBTORCH =
      resideInAnyPackage(
          "dev.wwts.internal.network..",
          "dev.wwts.internal.rewrite..",
          "dev.wwts.internal.torch..");

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.wwts");
  }

  @Test
  void onlyNetworksAndTheirHelpersKnowLibTorch() {
    noClasses()
        .that(not(KNOW_LIBTORCH).and(not(resideInAPackage("dev.wwts.internal.cuda.."))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco.pytorch..")
        .check(classes);
  }

  /** Loading is above the changes of graphs, and lanes are above both. */
  @Test
  void graphsAreChangedWithoutKnowledgeOfWhoLoadsThem() {
    noClasses()
        .that()
        .resideInAPackage("dev.wwts.internal.rewrite..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.wwts.internal.network..",
            "dev.wwts.internal.model..",
            "dev.wwts.internal.image..",
            "dev.wwts.internal.cuda..")
        .check(classes);
    noClasses()
        .that()
        .resideInAnyPackage("dev.wwts.internal.network..", "dev.wwts.internal.rewrite..")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Lane.class)
        .check(classes);
  }

  @Test
  void onlyCudaKnowsCuda() {
    noClasses()
        .that(not(resideInAPackage("dev.wwts.internal.cuda..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco.cuda..")
        .check(classes);
  }

  @Test
  void onlyImageKnowsOpenCv() {
    noClasses()
        .that(not(resideInAPackage("dev.wwts.internal.image..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco.opencv..")
        .check(classes);
  }

  @Test
  void noNativeTypeStandsInAPublicSignature() {
    noMethods()
        .that()
        .haveModifier(JavaModifier.PUBLIC)
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .and()
        .areDeclaredInClassesThat(not(KNOW_LIBTORCH))
        .should()
        .haveRawReturnType(resideInAPackage("org.bytedeco.."))
        .check(classes);
    for (var javaClass : classes) {
      if (!javaClass.getModifiers().contains(JavaModifier.PUBLIC)
          || KNOW_LIBTORCH.test(javaClass)) {
        continue;
      }
      for (var codeUnit : javaClass.getCodeUnits()) {
        if (codeUnit.getModifiers().contains(JavaModifier.PUBLIC)
            && codeUnit.getRawParameterTypes().stream()
                .anyMatch(type -> type.getPackageName().startsWith("org.bytedeco"))) {
          throw new AssertionError(codeUnit.getFullName());
        }
      }
    }
  }

  @Test
  void theLibraryDependsOnNothingOfTheCommandLines() {
    noClasses()
        .that(not(resideInAnyPackage("dev.wwts.cli..", "dev.wwts.report..")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.wwts.cli..",
            "dev.wwts.report..",
            "picocli..",
            "me.tongfei..",
            "org.knowm..",
            "de.erichseifert..")
        .check(classes);
  }

  /** Of JavaCPP they know the memory that a file is read into. */
  @Test
  void modelFilesAreReadWithoutNativeCode() {
    classes()
        .that()
        .resideInAPackage("dev.wwts.internal.model..")
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackages(
                "org.bytedeco.pytorch..", "org.bytedeco.opencv..", "org.bytedeco.cuda.."))
        .check(classes);
  }
}
