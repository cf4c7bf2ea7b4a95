package dev.wwts.internal.cuda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What LibTorch's allocator holds and did, without a native type.
 *
 * @param segments what it took from the cards
 * @param traces what it did, card by card
 */
public record AllocatorSnapshot(List<Segment> segments, List<List<Event>> traces) {
  /** Copies the lists. */
  public AllocatorSnapshot {
    segments = List.copyOf(segments);
    traces = traces.stream().map(List::copyOf).toList();
  }

  /**
   * Which pool of the allocator's a segment belongs to: one graph's, or the one of all else.
   *
   * @param first the number of a pool from {@code MemPool.graph_pool_handle(false)}, else 0
   * @param second the number of a pool that a user made, else 0
   */
  public record Pool(long first, long second) {
    /** The pool of everything that no graph allocated. */
    public static final Pool COMMON = new Pool(0, 0);
  }

  /** A stretch of a card's memory; the blocks fill it from its address on. */
  public record Segment(
      int device,
      long address,
      long total,
      long allocated,
      long active,
      long requested,
      long stream,
      boolean large,
      boolean expandable,
      Pool pool,
      List<Block> blocks) {
    /** Copies the list. */
    public Segment {
      blocks = List.copyOf(blocks);
    }
  }

  /** A part of a segment. */
  public record Block(long size, long requested, boolean allocated, boolean active) {
    String state() {
      return allocated ? "active_allocated" : active ? "active_pending_free" : "inactive";
    }
  }

  /** Something that the allocator did; {@code action} in the viewer's words. */
  public record Event(String action, long address, long size, long stream, long micros) {}

  /** The bytes of each graph's pool on a card. */
  public List<Long> graphPools(int device) {
    Map<Pool, Long> pools = new LinkedHashMap<>();
    segments.stream()
        .filter(segment -> segment.device() == device && !segment.pool().equals(Pool.COMMON))
        .forEach(segment -> pools.merge(segment.pool(), segment.total(), Long::sum));
    return List.copyOf(pools.values());
  }

  /**
   * Maps and lists as torch.cuda.memory._snapshot() gives them, for PyTorch's memory viewer; an
   * array where that has a tuple.
   */
  public Map<String, Object> forViewer() {
    Map<String, Object> snapshot = new LinkedHashMap<>();
    snapshot.put("segments", segments.stream().map(AllocatorSnapshot::segment).toList());
    snapshot.put(
        "device_traces",
        traces.stream()
            .map(trace -> trace.stream().map(AllocatorSnapshot::event).toList())
            .toList());
    snapshot.put("allocator_settings", Map.of());
    snapshot.put("external_annotations", List.of());
    return snapshot;
  }

  private static Map<String, Object> segment(Segment segment) {
    List<Object> blocks = new ArrayList<>();
    long address = segment.address();
    for (Block block : segment.blocks()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("address", address);
      entry.put("size", block.size());
      entry.put("requested_size", block.requested());
      entry.put("state", block.state());
      entry.put("frames", List.of());
      blocks.add(entry);
      address += block.size();
    }
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("device", segment.device());
    entry.put("address", segment.address());
    entry.put("total_size", segment.total());
    entry.put("allocated_size", segment.allocated());
    entry.put("active_size", segment.active());
    entry.put("requested_size", segment.requested());
    entry.put("stream", segment.stream());
    entry.put("segment_type", segment.large() ? "large" : "small");
    entry.put("segment_pool_id", new Object[] {segment.pool().first(), segment.pool().second()});
    entry.put("is_expandable", segment.expandable());
    entry.put("frames", List.of());
    entry.put("blocks", blocks);
    return entry;
  }

  private static Map<String, Object> event(Event event) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("action", event.action());
    entry.put(event.action().equals("oom") ? "device_free" : "addr", event.address());
    entry.put("size", event.size());
    entry.put("stream", event.stream());
    entry.put("time_us", event.micros());
    entry.put("frames", List.of());
    return entry;
  }
}
