package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** What Java Flight Recorder heard of the library. */
public final class Recorded {
  private final List<RecordedEvent> events;

  private Recorded(List<RecordedEvent> events) {
    this.events = events;
  }

  /** What a test does. */
  public interface Work {
    /** Does it. */
    void run() throws Exception;
  }

  /** During a piece of work. */
  public static Recorded during(Path folder, Work work) throws Exception {
    Path file = Files.createTempFile(folder, "recorded", ".jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return new Recorded(RecordingFile.readAllEvents(file));
  }

  /** The events of that name, as they ended. */
  public List<RecordedEvent> all(String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals(name))
        .sorted(Comparator.comparing(RecordedEvent::getEndTime))
        .toList();
  }

  /** The one of that name. */
  public RecordedEvent only(String name) {
    List<RecordedEvent> all = all(name);
    assertThat(all).as(name).hasSize(1);
    return all.get(0);
  }
}
