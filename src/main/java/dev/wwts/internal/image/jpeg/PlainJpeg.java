package dev.wwts.internal.image.jpeg;

import dev.wwts.PictureException;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.PictureHeader;
import java.util.Arrays;

/**
 * Tells the JPEGs in which libjpeg finds nothing to refuse, skip, mend or guess, but for their
 * entropy-coded data. Only these may go to another decoder, whose idea of what is wrong with a
 * picture is its own; all others, most of them whole, are libjpeg's.
 *
 * <p>A plain JPEG has the markers of T.81, annex B, one right behind the other. It is baseline in
 * one scan or progressive with all bits of all coefficients, grey or YCbCr by libjpeg's own rule
 * (jdapimin.c, default_decompress_parms) and not only by it. Its colours are stored whole or
 * halved: for those libjpeg interpolates, for others it repeats. Restart markers come in their
 * order, as many as are due.
 */
final class PlainJpeg {
  private static final int DHT = 0xC4;
  private static final int DQT = 0xDB;
  private static final int APP0 = 0xE0;
  private static final int APP14 = 0xEE;
  private static final int APP15 = 0xEF;
  private static final int COM = 0xFE;
  private static final int COEFFICIENTS = 64;

  /** libjpeg's JPEG_MAX_DIMENSION. */
  private static final int LONGEST_SIDE = 65_500;

  /** libjpeg's: a coefficient's lowest bits that come later. */
  private static final int MOST_LOW_BITS = 13;

  /** Baseline scans name two tables of a kind. */
  private static final int BASELINE_TABLES = 2;

  private final Encoded picture;
  private final JpegLayout layout;
  private final PlainTables tables;
  private boolean jfif;
  private int adobe = -1;
  private int frame;
  private int components;

  /** Bits of each component's coefficients that are still to come; -1: not begun. */
  private int[][] missing = {};

  private PlainJpeg(Encoded picture, JpegLayout layout) {
    this.picture = picture;
    this.layout = layout;
    this.tables = new PlainTables(picture);
  }

  /** How many bytes a plain JPEG has, without what lies behind its end; 0: it is not plain. */
  static int length(Encoded picture, JpegLayout layout) {
    PictureHeader header = layout.header();
    if (header.width() > LONGEST_SIDE || header.height() > LONGEST_SIDE) {
      return 0;
    }
    try {
      return new PlainJpeg(picture, layout).walk();
    } catch (PictureException e) {
      // cut off
      return 0;
    }
  }

  private int walk() {
    int at = 2;
    while (isMarker(at) && JpegMarkers.kind(picture, at) != JpegMarkers.SOS) {
      int end = JpegMarkers.end(picture, at);
      if (!hasLength(at) || !header(at, end)) {
        return 0;
      }
      at = end;
    }
    return at == layout.scan() && components > 0 && isColour() ? scans(at) : 0;
  }

  private boolean hasLength(int at) {
    return picture.u16be(at + 2) >= 2;
  }

  private boolean isMarker(int at) {
    return picture.u8(at) == 0xFF
        && JpegMarkers.kind(picture, at) >= JpegMarkers.SOF0
        && JpegMarkers.kind(picture, at) != 0xFF;
  }

  private boolean header(int at, int end) {
    int kind = JpegMarkers.kind(picture, at);
    int from = at + 4;
    return switch (kind) {
      case JpegMarkers.SOF0, JpegMarkers.SOF_PROGRESSIVE -> frame(from, end);
      case DHT -> tables.huffman(from, end);
      case DQT -> tables.quantise(from, end);
      // scans of one component, which progressive ones have, count other units than the first one
      case JpegMarkers.DRI ->
          end == from + 2 && (!layout.progressive() || picture.u16be(from) == 0);
      case APP0 -> {
        jfif |= end >= from + 14 && picture.has(from, "JFIF\0");
        yield true;
      }
      case APP14 -> {
        if (end >= from + 12 && picture.has(from, "Adobe")) {
          adobe = picture.u8(from + 11);
        }
        yield true;
      }
      default -> kind == COM || (kind > APP0 && kind <= APP15);
    };
  }

  private boolean frame(int from, int end) {
    frame = from;
    components = picture.u8(from + 5);
    if (end != from + 6 + 3 * components || (components != 1 && components != 3)) {
      return false;
    }
    missing = new int[components][COEFFICIENTS];
    for (int i = 0; i < components; i++) {
      Arrays.fill(missing[i], -1);
      int sampling = sampling(i);
      boolean halved = i == 0 && components == 3 && (sampling == 0x21 || sampling == 0x22);
      if (sampling != 0x11 && !halved) {
        return false;
      }
    }
    return components == 1 || (id(0) != id(1) && id(0) != id(2) && id(1) != id(2));
  }

  private int id(int component) {
    return picture.u8(frame + 6 + 3 * component);
  }

  private int sampling(int component) {
    return picture.u8(frame + 7 + 3 * component);
  }

  /** Whether nobody could take the colours for others than libjpeg does. */
  private boolean isColour() {
    if (components == 1) {
      return true;
    }
    boolean numbered = id(0) == 1 && id(1) == 2 && id(2) == 3;
    boolean lettered = id(0) == 'R' && id(1) == 'G' && id(2) == 'B';
    return adobe < 0 ? (jfif || numbered) && !lettered : adobe == 1 && !lettered;
  }

  /** Where the picture ends, given its first scan; 0 if something is missing. */
  private int scans(int first) {
    for (int i = 0; i < components; i++) {
      if (!tables.hasQuantisation(picture.u8(frame + 8 + 3 * i))) {
        return 0;
      }
    }
    int at = first;
    while (at >= 0 && isMarker(at) && JpegMarkers.kind(picture, at) != JpegMarkers.EOI) {
      at = hasLength(at) ? behind(at, JpegMarkers.end(picture, at)) : -1;
    }
    return at >= 0 && isMarker(at) && isWhole() ? JpegMarkers.end(picture, at) : 0;
  }

  /** The marker behind a scan and its data, or behind tables for the next one; -1: not plain. */
  private int behind(int at, int end) {
    int kind = JpegMarkers.kind(picture, at);
    if (kind == JpegMarkers.SOS && !isWhole() && scan(at + 4, end)) {
      return behindData(end);
    }
    boolean more = kind == DHT && layout.progressive() && tables.huffman(at + 4, end);
    return more ? end : -1;
  }

  private boolean isWhole() {
    return Arrays.stream(missing).flatMapToInt(Arrays::stream).allMatch(bits -> bits == 0);
  }

  /** The marker behind the data that begin at {@code from} and their restarts; -1 for none. */
  private int behindData(int from) {
    int at = JpegMarkers.find(picture, from, picture.size());
    for (long i = 0; i < layout.restarts() && at >= 0; i++) {
      if (JpegMarkers.kind(picture, at) != JpegMarkers.RST0 + (i & 7)) {
        return -1;
      }
      at = JpegMarkers.find(picture, at + 2, picture.size());
    }
    return at;
  }

  /** A scan's header: its components, their tables, and which bits of which coefficients. */
  private boolean scan(int from, int end) {
    int n = picture.u8(from);
    int bands = from + 1 + 2 * n;
    if (n < 1 || n > components || end != bands + 3) {
      return false;
    }
    int first = picture.u8(bands);
    int last = picture.u8(bands + 1);
    int high = picture.u8(bands + 2) >> 4;
    int low = picture.u8(bands + 2) & 15;
    boolean valid =
        layout.progressive()
            ? isProgression(n, first, last, high, low)
            : n == components && first == 0 && last == COEFFICIENTS - 1 && high == 0 && low == 0;
    int component = -1;
    for (int i = 0; valid && i < n; i++) {
      component = component(picture.u8(from + 1 + 2 * i), component + 1);
      valid =
          component >= 0
              && hasTables(picture.u8(from + 2 + 2 * i), first, high)
              && took(missing[component], first, last, high, low);
    }
    return valid;
  }

  /** Which component it is, from {@code least} on; -1 for none: they come in the frame's order. */
  private int component(int id, int least) {
    for (int i = least; i < components; i++) {
      if (id(i) == id) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isProgression(int n, int first, int last, int high, int low) {
    boolean dc = first == 0 && last == 0;
    boolean ac = n == 1 && first > 0 && first <= last && last < COEFFICIENTS;
    return (dc || ac) && low <= MOST_LOW_BITS && (high == 0 || low == high - 1);
  }

  private boolean hasTables(int selectors, int first, int high) {
    int dc = selectors >> 4;
    int ac = selectors & 15;
    if (!layout.progressive()) {
      return dc < BASELINE_TABLES && ac < BASELINE_TABLES && tables.hasDc(dc) && tables.hasAc(ac);
    }
    return first > 0 ? tables.hasAc(ac) : high > 0 || tables.hasDc(dc);
  }

  /** Notes a scan's bits of a component; false if they are not the next ones. */
  private static boolean took(int[] missing, int first, int last, int high, int low) {
    if (first > 0 && missing[0] < 0) {
      return false;
    }
    for (int k = first; k <= last; k++) {
      if (high == 0 ? missing[k] >= 0 : missing[k] != high) {
        return false;
      }
      missing[k] = low;
    }
    return true;
  }
}
