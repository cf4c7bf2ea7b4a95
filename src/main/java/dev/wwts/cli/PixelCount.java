package dev.wwts.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads numbers of pixels: 200MP or 200M is 200 million, a number alone is pixels. */
final class PixelCount implements ITypeConverter<Long> {
  private static final Pattern COUNT = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]+)?) ?(mp|m)?");
  private static final double MEGA = 1e6;

  @Override
  public Long convert(String value) {
    Matcher matcher = COUNT.matcher(value.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'" + value + "' is no number of pixels: use 200MP or 200000000");
    }
    double count = Double.parseDouble(matcher.group(1));
    return (long) (matcher.group(2) == null ? count : count * MEGA);
  }
}
