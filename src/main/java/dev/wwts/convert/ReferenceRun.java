package dev.wwts.convert;

import dev.wwts.internal.model.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What a network answers to the pictures of a self-test, and how touchy it is: the rule of
 * models/exporters/reference.py for the tolerance.
 */
final class ReferenceRun {
  /** Of the largest logit, as for files that say nothing. */
  private static final double LEAST_TOLERANCE = 1e-3;

  /** Relative noise of the input, about float32's roundings there; each layer adds its own. */
  private static final double NOISE = 1e-6;

  private static final double NOISES = 100;

  /** So many samples of a picture may be one level off: what resizes it rounds otherwise. */
  private static final double ROUNDED_OTHERWISE = 0.005;

  private static final long SEED = 20261126;

  private final UnaryOperator<float[]> network;
  private final Recipe recipe;
  private final List<byte[]> crops = new ArrayList<>();
  private final List<float[]> logits = new ArrayList<>();

  private final boolean isParallel;

  private ReferenceRun(
      UnaryOperator<float[]> network, Recipe recipe, List<byte[]> pictures, boolean isParallel) {
    this.network = network;
    this.recipe = recipe;
    this.isParallel = isParallel;
    pictures.forEach(picture -> crops.add(SelfTestInput.levels(picture, recipe)));
    each().mapToObj(i -> network.apply(input(i))).forEachOrdered(logits::add);
  }

  /**
   * Runs a network that is written in Java.
   *
   * @param network from height x width x 3, normalised, to logits
   */
  static ReferenceRun parallel(
      UnaryOperator<float[]> network, Recipe recipe, List<byte[]> pictures) {
    return new ReferenceRun(network, recipe, pictures, true);
  }

  /** Runs one that has threads of its own, in the caller's thread. */
  static ReferenceRun inOrder(
      UnaryOperator<float[]> network, Recipe recipe, List<byte[]> pictures) {
    return new ReferenceRun(network, recipe, pictures, false);
  }

  private IntStream each() {
    IntStream each = IntStream.range(0, crops.size());
    return isParallel ? each.parallel() : each;
  }

  /** What the network sees of a picture, height x width x 3. */
  float[] input(int picture) {
    return SelfTestInput.normalized(crops.get(picture), recipe);
  }

  /** Its answers, a row a picture. */
  List<float[]> logits() {
    return logits;
  }

  /** The largest of all logits, without its sign. */
  double largest() {
    double largest = 0;
    for (float[] row : logits) {
      largest = Math.max(largest, difference(row, new float[row.length]));
    }
    return largest;
  }

  /** How far logits may be from these, relative to the largest. */
  double tolerance() {
    double largest = largest();
    double moved = each().mapToDouble(this::touch).max().orElse(0);
    return largest == 0 ? LEAST_TOLERANCE : Math.min(1, Math.max(LEAST_TOLERANCE, moved / largest));
  }

  /** How far a picture's logits go where its input is moved a little. */
  private double touch(int picture) {
    SplittableRandom random = new SplittableRandom(SEED + picture);
    byte[] crop = crops.get(picture);
    double byNoise = NOISES * moved(picture, noisy(input(picture), random));
    double bySteps = moved(picture, SelfTestInput.normalized(stepped(crop, false, random), recipe));
    double oneWay = moved(picture, SelfTestInput.normalized(stepped(crop, true, random), recipe));
    return Math.max(byNoise, Math.max(bySteps, oneWay));
  }

  private double moved(int picture, float[] input) {
    return difference(network.apply(input), logits.get(picture));
  }

  private static float[] noisy(float[] input, SplittableRandom random) {
    float[] noisy = input.clone();
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] *= (float) (1 + NOISE * (random.nextBoolean() ? 1 : -1));
    }
    return noisy;
  }

  /** One level up or down; {@code oneWay}: up only, as resizing may round in a whole picture. */
  private static byte[] stepped(byte[] levels, boolean oneWay, SplittableRandom random) {
    byte[] stepped = levels.clone();
    for (int i = 0; i < stepped.length; i++) {
      if (random.nextDouble() < ROUNDED_OTHERWISE) {
        int step = oneWay || random.nextBoolean() ? 1 : -1;
        stepped[i] = (byte) Math.min(255, Math.max(0, Byte.toUnsignedInt(levels[i]) + step));
      }
    }
    return stepped;
  }

  /** The largest difference; not a number where there is one. */
  static double difference(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = Math.abs((double) a[i] - b[i]);
      largest = Double.isNaN(difference) ? difference : Math.max(largest, difference);
    }
    return largest;
  }
}
