package dev.wwts.internal.serve;

import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.lane.LaneResult;
import dev.wwts.internal.lane.Pictures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of several calls, as the batch of one forward. What fails one of the calls, or ends
 * it meanwhile, leaves its places empty and the others alone.
 */
final class CallGroup implements Pictures {
  private final List<Calls.Answers> calls;
  private final List<Place> places = new ArrayList<>();
  private final Map<Calls.Answers, Throwable> failures = new HashMap<>();

  private record Place(Calls.Answers call, int index) {}

  /** Of calls that are on the lane. */
  CallGroup(List<Calls.Answers> calls) {
    this.calls = calls;
    for (Calls.Answers call : calls) {
      for (int i = 0; i < call.pictures().size(); i++) {
        places.add(new Place(call, i));
      }
    }
  }

  @Override
  public int size() {
    return places.size();
  }

  @Override
  public @Nullable DecodedPicture take(int index) {
    return taken(index, false);
  }

  @Override
  public @Nullable DecodedPicture takeFromProcessor(int index) {
    return taken(index, true);
  }

  private @Nullable DecodedPicture taken(int index, boolean onProcessor) {
    Place place = places.get(index);
    if (failures.containsKey(place.call())) {
      return null;
    }
    CallPictures own = place.call().pictures();
    try {
      return onProcessor ? own.takeFromProcessor(place.index()) : own.take(place.index());
    } catch (Throwable e) {
      failures.put(place.call(), e);
      return null;
    }
  }

  @Override
  public void refuse(int index, OutOfMemoryError error) {
    Place place = places.get(index);
    place.call().pictures().refuse(place.index(), error);
  }

  /** Ends each call with its part of what the lane read. */
  void end(LaneRunner lane, List<@Nullable LaneResult> results) {
    int at = 0;
    for (Calls.Answers call : calls) {
      int first = at;
      at += call.pictures().size();
      List<@Nullable LaneResult> own = results.subList(first, at);
      call.endWith(
          lane,
          () -> {
            Throwable failure = failures.get(call);
            if (failure != null) {
              throw DeviceFailure.thrown(failure);
            }
            return lane.answers(call, own, size());
          });
    }
  }

  /** The forward failed, as one of them made it or the device did: each runs alone. */
  void runAlone(LaneRunner lane) {
    calls.forEach(call -> call.endWith(lane, () -> call.on(lane)));
  }
}
