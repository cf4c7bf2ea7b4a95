/**
 * Recognition of everything, with Chinese labels: {@link dev.wwts.Recognizer} is the way in, and
 * its package all there is to use.
 */
@SuppressWarnings("requires-automatic") // micrometer.core, which jlink leaves out as it is static
module dev.wwts {
  exports dev.wwts;

  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires jdk.jfr;
  requires org.bytedeco.javacpp;
  requires org.bytedeco.openblas;
  requires org.bytedeco.opencv;
  requires org.bytedeco.pytorch;
  requires org.bytedeco.cuda;
  requires org.slf4j;
  requires static micrometer.core;
  requires static org.jspecify;
}
