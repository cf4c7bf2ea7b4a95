package dev.wwts.internal.serve;

import dev.wwts.internal.settings.MadeHere;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What nobody refers to any more, and what is told and done then. */
abstract class Forgotten extends PhantomReference<Object> {
  private static final Logger LOG = LoggerFactory.getLogger(Forgotten.class);

  private Forgotten(Object it, ReferenceQueue<Object> queue) {
    super(it, queue);
  }

  abstract void tell();

  /** A recognizer that has left its service open. */
  static final class Owner extends Forgotten {
    private final Service service;

    Owner(Object owner, Service service, ReferenceQueue<Object> queue) {
      super(owner, queue);
      this.service = service;
    }

    @Override
    void tell() {
      if (!service.isOpen()) {
        return;
      }
      MadeHere origin = service.settings().origin();
      String what = origin == null ? "A recognizer" : String.valueOf(origin.getMessage());
      LOG.warn("{} was dropped without close(): freeing it now.", what, origin);
      try {
        service.close();
      } catch (Throwable e) {
        // an Error too: others may be forgotten yet
        LOG.warn("{}, which was forgotten, could not be freed.", what, e);
      }
    }
  }

  /** The future of a call that failed, which nobody has asked. */
  static final class Future extends Forgotten {
    private final MadeHere call;

    Future(Object future, MadeHere call, ReferenceQueue<Object> queue) {
      super(future, queue);
      this.call = call;
    }

    @Override
    void tell() {
      if (OpenServices.release(this)) {
        LOG.warn(
            "{} failed, and nobody asked its future: its failure is lost.",
            call.getMessage(),
            call);
      }
    }
  }
}
