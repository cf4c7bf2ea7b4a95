package dev.wwts.fuzz;

import dev.wwts.ModelFiles;
import dev.wwts.TestPictures;
import dev.wwts.internal.image.Decoding;
import dev.wwts.internal.image.bmp.BmpDecoderTest;
import dev.wwts.internal.image.gif.GifDecoderTest;
import dev.wwts.internal.image.jpeg.JpegTest;
import dev.wwts.internal.image.png.TestPng;
import dev.wwts.internal.image.webp.WebpDecoderTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** What a target begins with: good inputs made here, and those that Jazzer found. */
final class Seeds {
  private Seeds() {}

  /** All of a target's. */
  static List<byte[]> of(Class<?> target) {
    List<byte[]> seeds = new ArrayList<>(found(target.getSimpleName()));
    if (target == PictureTarget.class) {
      seeds.addAll(pictures());
    } else if (target == ModelTarget.class) {
      seeds.addAll(models(ModelTarget.good()));
    } else {
      seeds.addAll(calls());
    }
    return seeds;
  }

  /** Each call alone, and some in a row. */
  private static List<byte[]> calls() {
    List<byte[]> seeds = new ArrayList<>();
    for (int call = 0; call < 16; call++) {
      seeds.add(new byte[] {9, (byte) (0x20 + call)});
    }
    seeds.add(new byte[] {1, 4, 5, 0x16, 0, 3, 0x33, 7, 8, 11, 0, 12, 5, 0, 10, 0, 15, 14, 13});
    return seeds;
  }

  /** A picture of every format and of most of its kinds. */
  static List<byte[]> pictures() {
    return List.of(
        TestPictures.jpeg(70, 50),
        TestPictures.jpeg(40, 30, true, false),
        TestPictures.jpeg(40, 30, false, true),
        JpegTest.CMYK,
        new TestPng(30, 20, 8, 2, false)
            .encode(TestPng.chunk("eXIf", Decoding.exif(ByteOrder.BIG_ENDIAN, 6))),
        new TestPng(30, 20, 16, 6, true).encode(),
        new TestPng(30, 20, 2, 3, true)
            .encode(TestPng.chunk("PLTE", new byte[12]), TestPng.chunk("tRNS", new byte[3])),
        WebpDecoderTest.STILL,
        WebpDecoderTest.ANIMATED,
        WebpDecoderTest.LOSSY,
        GifDecoderTest.gif(
            new int[] {9, 9}, new int[] {2, 2, 5, 2}, 0x40, true, 2, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1),
        BmpDecoderTest.bmp(9, 3, 8, 0, 4, new byte[16], new int[36]),
        BmpDecoderTest.bmp(3, 2, 8, 1, 4, new byte[16], 1, 1, 0, 2, 1, 1, 1, 2, 0, 1),
        BmpDecoderTest.bmp(
            5,
            -2,
            32,
            3,
            0,
            Decoding.bytes(0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0),
            new int[40]));
  }

  /** The parts of a good model, and the whole of it, as {@link ModelTarget} takes them. */
  static List<byte[]> models(Path model) {
    List<byte[]> seeds = new ArrayList<>();
    int part = 0;
    for (byte[] content : ModelFiles.entries(model).values()) {
      seeds.add(Decoding.concat(new byte[] {(byte) part++}, content));
    }
    try {
      seeds.add(Decoding.concat(new byte[] {(byte) part}, java.nio.file.Files.readAllBytes(model)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return seeds;
  }

  /** What Jazzer found for a target, which is kept beside these classes. */
  private static List<byte[]> found(String target) {
    List<byte[]> found = new ArrayList<>();
    InputStream stored = Seeds.class.getResourceAsStream(target + ".zip");
    if (stored == null) {
      return found;
    }
    try (ZipInputStream zip = new ZipInputStream(stored)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        found.add(zip.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }
}
