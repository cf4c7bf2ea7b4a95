package dev.wwts.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes: 6GB is 6 * 10^9 bytes, 6GiB is 6 * 2^30, a number alone is bytes. */
final class ByteSize implements ITypeConverter<Long> {
  private static final Pattern SIZE =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([kmgt]i?b|[kmgt]|b)?");
  private static final String POWERS = "bkmgt";

  @Override
  public Long convert(String value) {
    Matcher matcher = SIZE.matcher(value.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + value + "' is no size: use 6GB, 512MiB or bytes");
    }
    String unit = matcher.group(2) == null ? "b" : matcher.group(2);
    double base = unit.contains("i") ? 1024 : 1000;
    return (long)
        (Double.parseDouble(matcher.group(1)) * Math.pow(base, POWERS.indexOf(unit.charAt(0))));
  }
}
