/** The same service as a module: it names the natives' modules, as nothing that wwts requires does. */
module consumer {
  requires dev.wwts;
  requires org.bytedeco.javacpp.linux.x86_64;
  requires org.bytedeco.openblas.linux.x86_64;
  requires org.bytedeco.opencv.linux.x86_64;
  requires org.bytedeco.pytorch.linux.x86_64;
}
