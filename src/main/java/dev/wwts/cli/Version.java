package dev.wwts.cli;

import picocli.CommandLine.IVersionProvider;

/** The version, from the jar's manifest. */
final class Version implements IVersionProvider {
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return "wwts " + (version == null ? "(not from a jar)" : version);
  }

  @Override
  public String[] getVersion() {
    return new String[] {text()};
  }
}
