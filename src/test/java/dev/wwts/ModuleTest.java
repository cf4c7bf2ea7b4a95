package dev.wwts;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The library as a module, though its tests run on the class path. */
class ModuleTest {
  private static final Path DESCRIPTOR =
      Path.of("target/classes/META-INF/versions/17/module-info.class");

  @Test
  void exportsTheApiAlone() throws IOException {
    assertThat(descriptor().exports())
        .singleElement()
        .satisfies(
            exported -> {
              assertThat(exported.source()).isEqualTo("dev.wwts");
              assertThat(exported.isQualified()).isFalse();
            });
    assertThat(descriptor().opens()).isEmpty();
  }

  /** Javac compiles the classes without the descriptor. */
  @Test
  void requiresWhatItsClassesUse() throws IOException {
    Set<String> used =
        Classes.ALL.stream()
            .filter(Classes::isOfTheLibrary)
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(Dependency::getTargetClass)
            .map(type -> type.isArray() ? type.getBaseComponentType() : type)
            .filter(type -> !type.isPrimitive() && !type.getPackageName().startsWith("dev.wwts"))
            .map(JavaClass::getName)
            .distinct()
            .map(ModuleTest::module)
            .collect(toCollection(TreeSet::new));
    Set<String> required = new TreeSet<>();
    descriptor().requires().forEach(requires -> required.add(requires.name()));
    assertThat(required).isEqualTo(used);
  }

  /** Of the jar that a class stands in; of Java's own, the module that it is in here. */
  private static String module(String type) {
    try {
      Class<?> found = Class.forName(type, false, ModuleTest.class.getClassLoader());
      if (found.getModule().isNamed()) {
        return found.getModule().getName();
      }
      Path jar = Path.of(found.getProtectionDomain().getCodeSource().getLocation().toURI());
      return ModuleFinder.of(jar).findAll().iterator().next().descriptor().name();
    } catch (ClassNotFoundException | URISyntaxException e) {
      throw new AssertionError(type, e);
    }
  }

  private static ModuleDescriptor descriptor() throws IOException {
    try (InputStream in = Files.newInputStream(DESCRIPTOR)) {
      return ModuleDescriptor.read(in);
    }
  }
}
