package dev.wwts.internal.image;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.TestPictures;
import dev.wwts.internal.image.format.PictureFormat;
import dev.wwts.internal.image.toy.ToyFormat;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.NativeBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A format is a package of its own and a place in the list: nothing else knows which there are. */
class FormatsTest {
  private static final String[] FORMATS = {
    "..image.jpeg..", "..image.png..", "..image.gif..", "..image.bmp..", "..image.webp.."
  };
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.wwts");

  private static final byte[] TOY = Decoding.bytes('T', 'O', 'Y', 1, 2, 1, 2, 3, 4, 5, 6);

  private static List<PictureFormat<?>> with(PictureFormat<?> format) {
    List<PictureFormat<?>> formats = new ArrayList<>(Formats.open());
    formats.add(format);
    return formats;
  }

  @Test
  void aNewFormatInTheListIsAllThatItTakes() {
    ToyFormat toy = new ToyFormat();
    try (Decoder decoder = new Decoder(new Limits(4000, 9000), AlphaMode.DROP, with(toy));
        NativeBuffer buffer = new NativeBuffer()) {
      assertThat(Decoding.decode(decoder, ByteBuffer.wrap(TOY), buffer).rgb())
          .containsExactly(1, 2, 3, 4, 5, 6);
      ByteBuffer photo = ByteBuffer.wrap(TestPictures.jpeg(60, 40));
      assertThat(Decoding.decode(decoder, photo, buffer).width()).isEqualTo(60);
    }
    assertThat(toy.isClosed()).isTrue();
  }

  @Test
  void limitsClaimsAndMessagesHoldForItToo() {
    try (Decoder decoder = new Decoder(new Limits(1, 100), AlphaMode.DROP, with(new ToyFormat()))) {
      assertRefused(decoder, TOY, Reason.TOO_LARGE, "1 x 2 = 2 pixels");
      byte[] cut = Decoding.bytes('T', 'O', 'Y', 1, 1, 9);
      assertRefused(decoder, cut, Reason.TRUNCATED, "is cut off");
      byte[] other = Decoding.bytes('I', 'I', '*', 0);
      String formats = "convert it to JPEG, PNG, WebP, GIF, BMP or Toy";
      assertRefused(decoder, other, Reason.UNSUPPORTED_FORMAT, formats);
    }
  }

  private static void assertRefused(Decoder decoder, byte[] file, Reason reason, String what) {
    assertThatThrownBy(() -> decoder.decode(ByteBuffer.wrap(file), Decoding.NO_MEMORY, "x"))
        .isInstanceOfSatisfying(
            PictureException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(what);
  }

  @Test
  void onlyTheListKnowsTheFormats() {
    noClasses()
        .that()
        .resideOutsideOfPackages(FORMATS)
        .and(not(equivalentTo(Formats.class)))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(FORMATS)
        .check(CLASSES);
  }

  /** Only the implementation is seen from outside, and the record of a header that it names. */
  @Test
  void aFormatKnowsNoOtherAndHidesItsHelpers() {
    slices()
        .matching("dev.wwts.internal.image.(jpeg|png|gif|bmp|webp)..")
        .should()
        .notDependOnEachOther()
        .check(CLASSES);
    classes()
        .that()
        .resideInAnyPackage(FORMATS)
        .and()
        .arePublic()
        .should()
        .haveSimpleNameEndingWith("Format")
        .check(CLASSES);
  }

  @Test
  void whatFormatsShareKnowsNeitherThemNorTheDecoder() {
    noClasses()
        .that()
        .resideInAPackage("..image.*..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.wwts.internal.image")
        .check(CLASSES);
  }

  @Test
  void pixelsAreKnownWithoutPicturesAndPicturesWithoutModels() {
    noClasses()
        .that()
        .resideInAPackage("..internal.pixels..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..internal.image..", "..internal.model..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("..internal.image..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..internal.model..", "..internal.torch..", "..internal.cuda..")
        .check(CLASSES);
  }
}
