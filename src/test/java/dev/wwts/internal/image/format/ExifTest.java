package dev.wwts.internal.image.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.image.Decoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ExifTest {
  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  @Test
  void exifIsReadInBothByteOrdersAsShortOrLong() {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      byte[] block = Decoding.exif(order, 6);
      assertThat(Exif.orientation(ByteBuffer.wrap(block))).isEqualTo(6);
      ByteBuffer wide = ByteBuffer.wrap(block).order(order);
      wide.putShort(12, (short) 4).putInt(18, 8);
      assertThat(Exif.orientation(wide)).isEqualTo(8);
    }
  }

  @Test
  void otherTypesAreReadAsPillowReadsThem() {
    ByteBuffer block =
        ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).put(Decoding.exif(LITTLE, 6));
    long[] inPlace = {-1, 0, 0, 6, 6, -1, 6, 0, 6, 6, -1, 0, -1, 6, -1, -1, -1, -1};
    for (int type = 0; type < inPlace.length; type++) {
      boolean elsewhere = type == 5 || type == 10 || type == 12 || type == 16;
      block.putShort(12, (short) type).putInt(18, 6);
      if (!elsewhere) {
        assertThat(Exif.orientation(block.rewind())).as("type %d", type).isEqualTo(inPlace[type]);
      }
    }
    block.putInt(18, 26);
    assertThat(Exif.orientation(block.putShort(12, (short) 5).putInt(26, 12).putInt(30, 2)))
        .isEqualTo(6);
    assertThat(Exif.orientation(block.putShort(12, (short) 5).putInt(30, 0))).isZero();
    assertThat(Exif.orientation(block.putShort(12, (short) 10).putInt(26, -6).putInt(30, -1)))
        .isEqualTo(6);
    assertThat(Exif.orientation(block.putShort(12, (short) 12).putDouble(26, 8))).isEqualTo(8);
    assertThat(Exif.orientation(block.putShort(12, (short) 16).putLong(26, 3))).isEqualTo(3);
    assertThat(Exif.orientation(block.putShort(12, (short) 11).putInt(14, 1).putFloat(18, 5)))
        .isEqualTo(5);
  }

  @Test
  void nothingIsReadBehindAnEntryWhoseValueIsMissing() {
    ByteBuffer block = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    block.put(Decoding.exif(LITTLE, 6), 0, 10).putShort(8, (short) 2);
    block.putShort((short) 0x010F).putShort((short) 2).putInt(9).putInt(1000);
    block.putShort((short) 0x0112).putShort((short) 3).putInt(1).putInt(6).rewind();
    assertThat(Exif.orientation(block)).isEqualTo(Exif.NONE);
    assertThat(Exif.orientation(block.putInt(18, 8))).isEqualTo(6);
  }

  @Test
  void brokenExifSaysNothing() {
    byte[] block = Decoding.exif(ByteOrder.LITTLE_ENDIAN, 6);
    for (int length = 0; length < 22; length++) {
      // a broken header: not even XMP is asked
      assertThat(Exif.orientation(ByteBuffer.wrap(block, 0, length).slice()))
          .isEqualTo(length > 0 && length < 8 ? 0 : Exif.NONE);
    }
    ByteBuffer bent = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(Exif.orientation(bent.putInt(14, Integer.MAX_VALUE))).isEqualTo(Exif.NONE);
    assertThat(Exif.orientation(bent.putInt(14, -1))).isEqualTo(Exif.NONE);
    assertThat(Exif.orientation(bent.putInt(14, 1).putInt(4, -1))).isEqualTo(Exif.NONE);
    assertThat(Exif.orientation(bent.putInt(4, Integer.MAX_VALUE))).isEqualTo(Exif.NONE);
  }

  @Property(tries = 2000)
  void anyExifGivesAnAnswer(@ForAll @Size(max = 80) byte[] block, @ForAll boolean header) {
    if (header && block.length >= 4) {
      System.arraycopy(Decoding.bytes('I', 'I', 42, 0), 0, block, 0, 4);
    }
    assertThat(Exif.orientation(ByteBuffer.wrap(block))).isGreaterThanOrEqualTo(Exif.NONE);
  }
}
