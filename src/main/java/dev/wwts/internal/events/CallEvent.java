package dev.wwts.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** An accepted call, from its acceptance to its end, so that a threshold keeps the slow ones. */
@Name("wwts.Call")
@Label("Call")
@Description("An accepted call, waiting included, and what its stages took")
@Category("wwts")
@StackTrace(false)
public final class CallEvent extends Event {
  /** Asked whether anybody records, as that needs an event and must not cost one. */
  private static final CallEvent PROBE = new CallEvent();

  @Label("Model")
  String model = "";

  @Label("Outcome")
  @Description("answered, late, abandoned or failed")
  String outcome = "";

  @Label("Error")
  @Description("Why it was not answered")
  String error = "";

  @Label("Pictures")
  int pictures;

  @Label("Refused Pictures")
  @Description("Pictures that could not be read")
  int refused;

  @Label("Batch")
  @Description("Pictures that went through the network together, other calls' among them")
  int batch;

  @Label("Waiting")
  @Description("For a thread that decodes, and for a free lane")
  @Timespan(Timespan.NANOSECONDS)
  long waiting;

  @Label("Decode")
  @Description("Bytes to pixels, of all pictures together")
  @Timespan(Timespan.NANOSECONDS)
  long decode;

  @Label("Upload")
  @Description("Pixels to a GPU, of all pictures together; 0 elsewhere")
  @Timespan(Timespan.NANOSECONDS)
  long upload;

  @Label("Preprocess")
  @Description("Pixels to the network's input, of all pictures together")
  @Timespan(Timespan.NANOSECONDS)
  long preprocess;

  @Label("Forward")
  @Description("The network, of the whole batch")
  @Timespan(Timespan.NANOSECONDS)
  long forward;

  @Label("Rank")
  @Description("Activation and best classes, of the whole batch")
  @Timespan(Timespan.NANOSECONDS)
  long rank;

  @Label("Download")
  @Description("Classes and scores from a GPU, of the whole batch; 0 elsewhere")
  @Timespan(Timespan.NANOSECONDS)
  long download;

  @Label("Total")
  @Description("From acceptance to the end")
  @Timespan(Timespan.NANOSECONDS)
  long total;

  static @Nullable CallEvent begun() {
    if (!PROBE.isEnabled()) {
      return null;
    }
    CallEvent event = new CallEvent();
    event.begin();
    return event;
  }

  /** A picture of it went through a lane. */
  public void addPicture(long pictureDecode, long pictureUpload, long picturePreprocess) {
    decode += pictureDecode;
    upload += pictureUpload;
    preprocess += picturePreprocess;
  }

  /** Its batch did. */
  public void setBatch(int pictureCount, long batchForward, long batchRank, long batchDownload) {
    batch = pictureCount;
    forward = batchForward;
    rank = batchRank;
    download = batchDownload;
  }

  /** Some of its pictures could not be read. */
  public void setPictures(int all, int unread) {
    pictures = all;
    refused = unread;
  }

  /** It has ended so. */
  public void ended(String ofModel, String how, @Nullable Throwable why, long waited, long all) {
    end();
    if (shouldCommit()) {
      model = ofModel;
      outcome = how;
      error = why == null ? "" : String.valueOf(why.getMessage());
      waiting = waited;
      total = all;
      commit();
    }
  }
}
