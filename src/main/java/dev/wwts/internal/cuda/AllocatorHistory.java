package dev.wwts.internal.cuda;

import dev.wwts.internal.cuda.AllocatorSnapshot.Block;
import dev.wwts.internal.cuda.AllocatorSnapshot.Event;
import dev.wwts.internal.cuda.AllocatorSnapshot.Pool;
import dev.wwts.internal.cuda.AllocatorSnapshot.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.LongPair;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.cuda.BlockInfo;
import org.bytedeco.pytorch.cuda.SegmentInfo;
import org.bytedeco.pytorch.cuda.SnapshotInfo;
import org.bytedeco.pytorch.cuda.TraceEntry;
import org.bytedeco.pytorch.cuda.TraceEntryVector;
import org.bytedeco.pytorch.global.torch_cuda;

/** Records what LibTorch's allocator does, without stacks. */
public final class AllocatorHistory {
  private static final long MOST_EVENTS = 100_000;

  private AllocatorHistory() {}

  /** Records from now on; the oldest of more than 100,000 events are forgotten. */
  public static void start() {
    record(true);
  }

  /** Stops recording. */
  public static void stop() {
    record(false);
  }

  private static void record(boolean enabled) {
    Scope.in(
        () -> {
          // taken by value: the presets want the place where a function's address stands, here null
          LongPointer noRecorder = new LongPointer(1);
          noRecorder.put(0, 0);
          torch_cuda
              .getAllocator()
              .recordHistory(
                  enabled,
                  noRecorder,
                  MOST_EVENTS,
                  torch_cuda.RecordContext.NEVER,
                  enabled,
                  new StringVector());
        });
  }

  /** All cards' segments now, and what was recorded. */
  public static AllocatorSnapshot take() {
    return Scope.of(
        () -> {
          SnapshotInfo snapshot = torch_cuda.getAllocator().snapshot();
          return new AllocatorSnapshot(
              segments(snapshot.segments()), traces(snapshot.device_traces()));
        });
  }

  /** The presets give a std::vector as a pointer whose limit is its size. */
  private static List<Segment> segments(SegmentInfo vector) {
    List<Segment> segments = new ArrayList<>();
    for (long i = 0; i < vector.limit(); i++) {
      SegmentInfo segment = vector.getPointer(i);
      segments.add(
          new Segment(
              segment.device(),
              segment._address(),
              segment.total_size(),
              segment.allocated_size(),
              segment.active_size(),
              segment.requested_size(),
              address(segment.stream()),
              segment.is_large(),
              segment.is_expandable(),
              pool(segment.owner_private_pool_id()),
              blocks(segment.blocks())));
    }
    return segments;
  }

  private static Pool pool(LongPair id) {
    return new Pool(id.first(), id.second());
  }

  private static List<Block> blocks(BlockInfo vector) {
    List<Block> blocks = new ArrayList<>();
    for (long i = 0; i < vector.limit(); i++) {
      BlockInfo block = vector.getPointer(i);
      blocks.add(
          new Block(block.size(), block.requested_size(), block.allocated(), block.active()));
    }
    return blocks;
  }

  private static List<List<Event>> traces(TraceEntryVector cards) {
    List<List<Event>> traces = new ArrayList<>();
    for (long card = 0; card < cards.limit(); card++) {
      TraceEntryVector trace = cards.getPointer(TraceEntryVector.class, card);
      List<Event> events = new ArrayList<>();
      for (long i = 0; i < trace.size(); i++) {
        TraceEntry entry = trace.get(i);
        events.add(
            new Event(
                entry.action_().intern().name().toLowerCase(Locale.ROOT),
                entry.addr_(),
                entry.size_(),
                address(entry.stream_()),
                entry.time_().approx_t_()));
      }
      traces.add(events);
    }
    return traces;
  }

  /** The default stream is the null pointer. */
  private static long address(Pointer stream) {
    return stream == null ? 0 : stream.address();
  }
}
