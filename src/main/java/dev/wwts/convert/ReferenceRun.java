package dev.wwts.convert;

import dev.wwts.internal.model.Manifest.Embedding;
import dev.wwts.internal.model.Recipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

  /** Lengths that differ from 1 by less are meant to be 1 (models/exporters/features.py). */
  private static final double UNIT = 1e-4;

  /** As torch's normalize has it. */
  private static final double LEAST_LENGTH = 1e-12;

  private final UnaryOperator<float[]> network;
  private final int classes;
  private final Recipe recipe;
  private final List<byte[]> pictures;
  private final List<byte[]> crops = new ArrayList<>();
  private final List<float[]> rows = new ArrayList<>();

  private final boolean isParallel;
  private final double tolerance;

  private ReferenceRun(
      UnaryOperator<float[]> network,
      int classes,
      Recipe recipe,
      List<byte[]> pictures,
      boolean isParallel) {
    this.network = network;
    this.classes = classes;
    this.recipe = recipe;
    this.pictures = List.copyOf(pictures);
    this.isParallel = isParallel;
    pictures.forEach(picture -> crops.add(SelfTestInput.levels(picture, recipe)));
    each().mapToObj(i -> network.apply(input(i))).forEachOrdered(rows::add);
    this.tolerance = measured();
  }

  /**
   * Runs a network that is written in Java.
   *
   * @param network from height x width x 3, normalised, to logits and an embedding behind them
   * @param classes how many logits there are
   */
  static ReferenceRun parallel(
      UnaryOperator<float[]> network, int classes, Recipe recipe, List<byte[]> pictures) {
    return new ReferenceRun(network, classes, recipe, pictures, true);
  }

  /** Runs one that has threads of its own, in the caller's thread. */
  static ReferenceRun inOrder(
      UnaryOperator<float[]> network, int classes, Recipe recipe, List<byte[]> pictures) {
    return new ReferenceRun(network, classes, recipe, pictures, false);
  }

  private IntStream each() {
    IntStream each = IntStream.range(0, crops.size());
    return isParallel ? each.parallel() : each;
  }

  /** What the network sees of a picture, height x width x 3. */
  float[] input(int picture) {
    return SelfTestInput.normalized(crops.get(picture), recipe);
  }

  /** Its answers, logits and what stands behind them, a row a picture. */
  List<float[]> rows() {
    return rows;
  }

  /** Its logits, a row a picture. */
  List<float[]> logits() {
    return rows.stream().map(row -> Arrays.copyOf(row, classes)).toList();
  }

  /** Its embeddings, a row of length 1 a picture; none where there is nothing behind the logits. */
  List<float[]> embeddings() {
    return rows.stream()
        .filter(row -> row.length > classes)
        .map(row -> unit(Arrays.copyOfRange(row, classes, row.length)))
        .toList();
  }

  /** A vector times what makes its length 1; zeros stay zeros. */
  static float[] unit(float[] vector) {
    float length = (float) Math.max(length(vector), LEAST_LENGTH);
    float[] unit = vector.clone();
    for (int i = 0; i < unit.length; i++) {
      unit[i] /= length;
    }
    return unit;
  }

  private static double length(float[] vector) {
    double squares = 0;
    for (float number : vector) {
      squares += (double) number * number;
    }
    return Math.sqrt(squares);
  }

  /**
   * The self-test that it is.
   *
   * @param reference what ran the network
   */
  SelfTestEntries entries(String reference) {
    return new SelfTestEntries(pictures, logits(), embeddings(), reference, tolerance());
  }

  /** Whether all that it gives are numbers. */
  boolean isFinite() {
    return rows.stream().allMatch(row -> Double.isFinite(largest(row, 0, row.length)));
  }

  /** What a manifest says of its embeddings, if it gives some. */
  Optional<Embedding> embedding(String meaning) {
    int length = rows.get(0).length - classes;
    boolean isUnit =
        rows.stream()
            .map(row -> Arrays.copyOfRange(row, classes, row.length))
            .allMatch(row -> Math.abs(length(row) - 1) < UNIT);
    return length == 0 ? Optional.empty() : Optional.of(new Embedding(length, meaning, isUnit));
  }

  /** The largest of all logits without its sign; of all numbers where there are no logits. */
  double largest() {
    return rows.stream().mapToDouble(row -> largest(row, 0, columns(row))).reduce(0, Math::max);
  }

  /** The largest of some numbers without their signs; not a number where there is one. */
  static double largest(float[] row, int from, int to) {
    double largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs(row[i]));
    }
    return largest;
  }

  /** How many columns a tolerance is of. */
  private int columns(float[] row) {
    return classes == 0 ? row.length : classes;
  }

  /** How far logits may be from these, relative to the largest. */
  double tolerance() {
    return tolerance;
  }

  private double measured() {
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
    float[] row = rows.get(picture);
    return difference(network.apply(input), row, 0, columns(row));
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

  /** The largest difference of some columns; not a number where there is one. */
  static double difference(float[] a, float[] b, int from, int to) {
    double largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
    }
    return largest;
  }
}
