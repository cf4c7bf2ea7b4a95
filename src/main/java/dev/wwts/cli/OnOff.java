package dev.wwts.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads switches: on, off. */
final class OnOff implements ITypeConverter<Boolean> {
  @Override
  public Boolean convert(String value) {
    return switch (value) {
      case "on" -> true;
      case "off" -> false;
      default -> throw new TypeConversionException("'" + value + "' is neither on nor off");
    };
  }
}
