package dev.wwts.internal.image.format;

/** What the header of a picture says and where in its bytes the parts lie that decoding needs. */
public interface Layout {
  /** What the picture claims to be. */
  PictureHeader header();
}
