package dev.wwts.bundle;

/** How JavaCPP is to behave, which it reads once, when the first of its classes is touched. */
public final class JavaCpp {
  /** JavaCPP prints its warnings on stderr unless told to use the service's log. */
  private static final String LOGGER = "org.bytedeco.javacpp.logger";

  /**
   * JavaCPP refuses native memory beyond three times the Java heap and looks at the process's size
   * on every allocation; 0 turns that off: a large model in a service with a small heap is no leak.
   */
  private static final String MEMORY = "org.bytedeco.javacpp.maxPhysicalBytes";

  private JavaCpp() {}

  /** Settles what nobody has set; to be called before JavaCPP is used. */
  public static void settle() {
    setUnlessSet(LOGGER, "slf4j");
    setUnlessSet(MEMORY, "0");
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
