package dev.wwts.internal.gallery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The examples in memory. One thread at a time changes it; any thread takes the latest {@link
 * Snapshot}, and what it holds stays as it is.
 */
final class Index {
  private record Place(Block block, int row) {}

  private final int dimension;
  private final Map<Long, Place> places = new HashMap<>();
  private final Centres centres = new Centres();
  private volatile Snapshot snapshot = Snapshot.EMPTY;

  Index(int dimension) {
    this.dimension = dimension;
  }

  Snapshot snapshot() {
    return snapshot;
  }

  Centres centres() {
    return centres;
  }

  boolean contains(long id) {
    return places.containsKey(id);
  }

  void apply(Change change) {
    if (change instanceof Change.Added added) {
      List<Segment> segments = new ArrayList<>(snapshot.segments());
      add(segments, added.example(), added.embedding());
      centres.add(added.example().label(), added.embedding());
      publish(segments);
    } else if (change instanceof Change.Removed removed) {
      remove(removed.id());
    } else if (change instanceof Change.Threshold threshold) {
      snapshot = new Snapshot(snapshot.segments(), threshold.similarity());
    }
  }

  private void publish(List<Segment> segments) {
    snapshot = new Snapshot(List.copyOf(segments), snapshot.threshold());
  }

  private void add(List<Segment> segments, Example example, float[] embedding) {
    Block block = tail(segments);
    places.put(example.id(), new Place(block, block.add(example, embedding)));
    int last = segments.size() - 1;
    segments.set(last, segments.get(last).grown());
  }

  /** The last block, with room for one more. */
  private Block tail(List<Segment> segments) {
    if (segments.isEmpty()) {
      segments.add(Segment.of(new Block(Block.FEWEST, dimension)));
    }
    Segment last = segments.get(segments.size() - 1);
    if (!last.block().isFull()) {
      return last.block();
    }
    boolean sparse = 2 * last.live() <= last.rows();
    int capacity = last.block().capacity;
    if (capacity == Block.MOST && !sparse) {
      Block block = new Block(Block.MOST, dimension);
      segments.add(Segment.of(block));
      return block;
    }
    Block block = new Block(sparse ? capacity : 2 * capacity, dimension);
    segments.set(segments.size() - 1, Segment.of(block));
    copy(last, segments);
    return block;
  }

  private void copy(Segment from, List<Segment> to) {
    for (int row = 0; row < from.rows(); row++) {
      if (from.isLive(row)) {
        add(to, from.block().example(row), from.block().embedding(row));
      }
    }
  }

  private void remove(long id) {
    Place place = places.remove(id);
    if (place == null) {
      return;
    }
    Block block = place.block();
    centres.remove(block.example(place.row()).label(), block.embedding(place.row()));
    List<Segment> segments = new ArrayList<>(snapshot.segments());
    int at = 0;
    while (segments.get(at).block() != block) {
      at++;
    }
    Segment rest = segments.get(at).without(place.row());
    segments.set(at, rest);
    boolean last = at == segments.size() - 1;
    if (rest.live() == 0 || (!last && 2 * rest.live() <= rest.rows())) {
      segments.remove(at); // what is left of it moves to the end
      copy(rest, segments);
    }
    publish(segments);
  }
}
