package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.JpegDecoder;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.internal.cuda.NativeLibrary;
import dev.wwts.internal.cuda.NvJpeg;
import dev.wwts.internal.lane.CropProbe;
import dev.wwts.internal.lane.JpegProbe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** nvJPEG: how far its pixels and answers are from the processor's decoder's, and what it saves. */
final class Jpegs {
  /**
   * Levels, of a picture's mean before the resize: two decoders within T.81's tolerance of the
   * transform are a few tenths apart; repeated chroma instead of interpolated is above 1.
   */
  private static final double MOST_MEAN = 0.5;

  /** Levels, of any value of a crop: the resize averages what is apart. */
  private static final double MOST_CROP = 4;

  /** Best two probabilities at least this far apart: what counts as clear. */
  private static final double CLEAR = 0.02;

  private final Place place;
  private final Path model;

  Jpegs(Place place, Path model) {
    this.place = place;
    this.model = model;
  }

  private void needsNvJpeg() {
    place.needsCuda();
    if (!NativeLibrary.isLoaded() || !NvJpeg.fault().isEmpty()) {
      throw new Checks.Skip("needs the preprocessing kernel and nvJPEG: " + NvJpeg.status());
    }
  }

  /** Pixels before and after the resize, then answers. */
  boolean beside(List<Path> pictures, ObjectNode figures) throws Exception {
    needsNvJpeg();
    List<byte[]> onCard = new ArrayList<>();
    List<Path> names = new ArrayList<>();
    int largest = 0;
    double mean = 0;
    try (JpegProbe probe = new JpegProbe(model, place.device())) {
      for (Path picture : pictures) {
        byte[] bytes = Files.readAllBytes(picture);
        JpegProbe.Difference apart = probe.of(bytes);
        if (apart.onCard()) {
          onCard.add(bytes);
          names.add(picture);
          largest = Math.max(largest, apart.largest());
          mean = Math.max(mean, apart.mean());
        }
      }
    }
    double[] crops =
        CropProbe.differences(model, place.device(), Precision.FP32, false, true, onCard);
    double crop = 0;
    for (int i = 0; i < crops.length; i++) {
      if (crops[i] > crop) {
        crop = crops[i];
        figures.put("the crop furthest apart", names.get(i).getFileName().toString());
      }
    }
    figures.put("nvJPEG", NvJpeg.status()).put("JPEGs", pictures.size());
    figures.put("decoded on the card", onCard.size());
    figures.put("largest difference in levels before the resize", largest);
    figures.put("largest mean of a picture", mean);
    figures.put("largest difference in levels after it", crop);
    if (onCard.size() <= 20 || mean > MOST_MEAN || crop > MOST_CROP) {
      return false;
    }
    place.needsArithmetic();
    return answers(pictures, figures);
  }

  private boolean answers(List<Path> pictures, ObjectNode figures) {
    int same = 0;
    int clear = 0;
    int ofClear = 0;
    double largest = 0;
    RecognizerBuilder builder = Recognizer.builder(model).device(place.device()).lanes(1).topK(2);
    try (Recognizer processor = builder.load();
        Recognizer card = builder.decoder(JpegDecoder.GPU).load()) {
      for (Path picture : pictures) {
        List<Recognition> expected = processor.recognize(picture);
        Recognition best = card.recognize(picture).get(0);
        boolean agrees = best.index() == expected.get(0).index();
        boolean isClear = expected.get(0).confidence() - expected.get(1).confidence() >= CLEAR;
        largest = Math.max(largest, Math.abs(best.confidence() - expected.get(0).confidence()));
        same += agrees ? 1 : 0;
        clear += isClear ? 1 : 0;
        ofClear += agrees && isClear ? 1 : 0;
      }
      figures.put("remarks", card.remarks().toString());
    }
    figures.put("clear pictures", clear).put("same top-1 of them", ofClear);
    figures.put("same top-1 of all", same);
    figures.put("largest difference of the best probability", largest);
    return ofClear == clear;
  }

  /** A call with the card's decoder and one with the processor's, of the same picture. */
  boolean fromBytes(Speed speed, byte[] picture, ObjectNode figures) {
    needsNvJpeg();
    ObjectNode processor = figures.putObject("decoder cpu");
    ObjectNode card = figures.putObject("decoder gpu");
    boolean passed = speed.fromBytes(model, true, JpegDecoder.GPU, picture, card);
    return speed.fromBytes(model, true, JpegDecoder.CPU, picture, processor) && passed;
  }
}
