package dev.wwts.internal.serve;

import dev.wwts.internal.settings.MadeHere;
import java.lang.ref.PhantomReference;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What nobody refers to any more, and what is told and done then; {@link Leaks} waits for it. */
abstract class Forgotten extends PhantomReference<Object> {
  private static final Logger LOG = LoggerFactory.getLogger(Forgotten.class);

  private Forgotten(Object it) {
    super(it, Leaks.FORGOTTEN);
  }

  /** Once. */
  abstract void tell();

  /** Where it was made. */
  abstract MadeHere origin();

  /** A recognizer that has left its service open. */
  static final class Owner extends Forgotten {
    private final Service service;

    Owner(Object owner, Service service) {
      super(owner);
      this.service = service;
    }

    @Override
    MadeHere origin() {
      return Objects.requireNonNullElseGet(
          service.settings().origin(), () -> new MadeHere("A recognizer"));
    }

    @Override
    void tell() {
      String what = String.valueOf(origin().getMessage());
      LOG.warn("{} was dropped without close(): freeing it now.", what, origin());
      Leaks.alsoTold.accept(origin());
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

    Future(Object future, MadeHere call) {
      super(future);
      this.call = call;
    }

    @Override
    MadeHere origin() {
      return call;
    }

    @Override
    void tell() {
      Leaks.alsoTold.accept(call);
      if (UnheardFailure.isToBeTold(call)) {
        LOG.warn(
            "{} failed, and nobody asked its future: its failure is lost.",
            call.getMessage(),
            call);
      }
    }
  }
}
