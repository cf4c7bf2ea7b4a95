package dev.wwts;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The project's own classes without its tests, read once. */
final class Classes {
  static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.wwts");

  private Classes() {}

  /** Whether it goes into the jar that a service takes. */
  static boolean isOfTheLibrary(JavaClass type) {
    String name = type.getPackageName();
    return name.equals("dev.wwts") || name.startsWith("dev.wwts.internal");
  }
}
