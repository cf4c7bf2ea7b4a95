package dev.wwts.spring;

import dev.wwts.Device;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.core.convert.converter.Converter;

/** Reads {@code wwts.device}. */
@ConfigurationPropertiesBinding
final class DeviceConverter implements Converter<String, Device> {
  @Override
  public Device convert(String text) {
    return Device.parse(text);
  }
}
