package dev.wwts.internal.model.script;

/** A file is not as torch.jit.save writes it; the check tells where. */
final class Malformed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final String fault;

  Malformed(int line) {
    this(line, "it is not as torch.jit.save writes it");
  }

  Malformed(int line, String fault) {
    super(fault, null, false, false);
    this.line = line;
    this.fault = fault;
  }

  int line() {
    return line;
  }

  String fault() {
    return fault;
  }
}
