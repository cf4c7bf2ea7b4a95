package dev.wwts.internal.model;

import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Interpolation;
import java.util.List;

/** Recipes for tests. */
public final class Recipes {
  private Recipes() {}

  /** A square crop of values from 0 to 1, of pictures whose shorter side becomes so long. */
  public static Recipe square(int side, int shorter, Interpolation interpolation) {
    return new Recipe(
        side,
        side,
        Recipe.Color.RGB,
        AlphaMode.DROP,
        true,
        new Recipe.Resize.ShorterSide(shorter),
        interpolation,
        Recipe.CropRounding.HALF_EVEN,
        List.of(0f, 0f, 0f),
        List.of(1f, 1f, 1f));
  }
}
