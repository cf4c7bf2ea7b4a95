package dev.wwts.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A switch that is named; picocli turns booleans around where they are named. */
enum OnOff {
  ON,
  OFF;

  /** Reads on, off. */
  static final class Words implements ITypeConverter<OnOff> {
    @Override
    public OnOff convert(String value) {
      return switch (value) {
        case "on" -> ON;
        case "off" -> OFF;
        default -> throw new TypeConversionException("'" + value + "' is neither on nor off");
      };
    }
  }
}
