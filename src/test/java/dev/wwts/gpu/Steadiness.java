package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import dev.wwts.Answer;
import dev.wwts.Device;
import dev.wwts.Picture;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.report.ProcessMemory;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What must not grow, and what must go on working. */
final class Steadiness {
  private static final long MOST_HEAP_A_CALL = 4096;
  private static final long MOST_GROWTH = 64L << 20;
  private static final int THREADS = 4;
  private static final int CALLS_A_THREAD = 50;

  private final Device device;
  private final Place place;

  Steadiness(Device device) {
    this.device = device;
    this.place = Place.of(device);
  }

  boolean largePicture(Path model, byte[] picture, ObjectNode figures) {
    try (Recognizer recognizer = Recognizer.builder(model).device(device).lanes(1).load()) {
      recognizer.recognize(picture);
      Answer.Recognized answer = recognizer.answer(Picture.of(picture));
      figures.put("decode us", answer.timings().decode() / 1000);
      figures.put("upload us", answer.timings().upload() / 1000);
      figures.put("preprocess us", answer.timings().preprocess() / 1000);
      return !answer.results().isEmpty();
    }
  }

  /** As many calls by four threads as by one, on four lanes: the same answers, and sooner. */
  boolean overlap(Path model, byte[] picture, ObjectNode figures) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (Recognizer recognizer = Recognizer.builder(model).device(device).lanes(THREADS).load()) {
      List<Recognition> expected = recognizer.recognize(picture);
      Callable<Boolean> calls =
          () -> {
            boolean same = true;
            for (int i = 0; i < CALLS_A_THREAD; i++) {
              same &= recognizer.recognize(picture).get(0).index() == expected.get(0).index();
            }
            return same;
          };
      long start = System.nanoTime();
      boolean same = calls.call();
      long one = System.nanoTime() - start;
      start = System.nanoTime();
      for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(THREADS, calls))) {
        same &= done.get();
      }
      long four = System.nanoTime() - start;
      double gain = (double) THREADS * one / four;
      figures.put("same answers", same).put("times the throughput of one thread", gain);
      if (same && place.isCuda()) {
        place.needsArithmetic();
      }
      return same && (gain > 1.2 || !place.isCuda());
    } finally {
      threads.shutdown();
    }
  }

  boolean warmCalls(Path model, byte[] picture, int calls, ObjectNode figures) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    try (Recognizer recognizer = Recognizer.builder(model).device(device).lanes(1).load()) {
      for (int i = 0; i < calls; i++) {
        recognizer.recognize(picture);
      }
      long taken = deviceAllocations();
      long rss = ProcessMemory.resident();
      long heap = threads.getThreadAllocatedBytes(self);
      for (int i = 0; i < calls; i++) {
        recognizer.recognize(picture);
      }
      long heapPerCall = (threads.getThreadAllocatedBytes(self) - heap) / calls;
      long allocations = deviceAllocations() - taken;
      long growth = ProcessMemory.resident() - rss;
      figures.put("heap a call", heapPerCall).put("allocations from the card", allocations);
      figures.put("growth of RSS", growth);
      return heapPerCall < MOST_HEAP_A_CALL && allocations == 0 && growth < MOST_GROWTH;
    }
  }

  /**
   * A batch larger than a budget: split, and each picture answered as alone. 500 pictures of 224 x
   * 224 are 150 MB in FP16, and the first layers' activations several times that.
   */
  boolean split(Path model, byte[] picture, ObjectNode figures) {
    int size = place.isCuda() ? 500 : 8;
    try (Recognizer recognizer =
        Recognizer.builder(model).device(device).lanes(1).vramBudget(400L << 20).load()) {
      Recognition alone = recognizer.recognize(picture).get(0);
      List<Answer> answers = recognizer.answers(Collections.nCopies(size, Picture.of(picture)));
      long same =
          answers.stream()
              .filter(a -> ((Answer.Recognized) a).best().index() == alone.index())
              .count();
      boolean split = recognizer.remarks().toString().contains("does not fit");
      figures.put("pictures", size).put("same answer", same).put("split", split);
      return same == size && (split || !place.isCuda());
    }
  }

  private long deviceAllocations() {
    return place.isCuda() ? CudaMemory.deviceAllocations(device.index()) : 0;
  }
}
