package dev.wwts.server;

import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.spring.WwtsProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.multipart.support.MissingServletRequestPartException;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Reads an {@link Upload} from a request, no further than a picture may be long. */
@Component
final class Uploads implements HandlerMethodArgumentResolver, WebMvcConfigurer {
  /** A multipart body's files are the parts of this name. */
  static final String PART = "file";

  private static final String UNNAMED = "the picture";

  private final int mostBytes;

  Uploads(WwtsProperties properties) {
    this.mostBytes =
        (int) Math.min(properties.limits().maxBytes().toBytes(), Integer.MAX_VALUE - 16);
  }

  @Override
  public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
    resolvers.add(this);
  }

  @Override
  public boolean supportsParameter(MethodParameter parameter) {
    return parameter.getParameterType() == Upload.class;
  }

  @Override
  public Upload resolveArgument(
      MethodParameter parameter,
      @Nullable ModelAndViewContainer container,
      NativeWebRequest request,
      @Nullable WebDataBinderFactory binders)
      throws MissingServletRequestPartException {
    MultipartHttpServletRequest files = request.getNativeRequest(MultipartHttpServletRequest.class);
    return files == null
        ? body(Objects.requireNonNull(request.getNativeRequest(HttpServletRequest.class)))
        : parts(files);
  }

  private static Upload parts(MultipartHttpServletRequest request)
      throws MissingServletRequestPartException {
    List<MultipartFile> files = request.getFiles(PART);
    if (files.isEmpty()) {
      throw new MissingServletRequestPartException(PART);
    }
    return new Upload(files.stream().map(Uploads::picture).toList(), true, fields(request));
  }

  private static Picture picture(MultipartFile file) {
    String name = file.getOriginalFilename();
    try {
      return new Picture.Bytes(
          name == null || name.isEmpty() ? UNNAMED : name, ByteBuffer.wrap(file.getBytes()));
    } catch (IOException e) {
      throw new PictureException(
          Reason.UNREADABLE, "The uploaded file can't be read again from this machine's disk.", e);
    }
  }

  private static Map<String, List<String>> fields(HttpServletRequest request) {
    Map<String, List<String>> fields = new HashMap<>();
    request.getParameterMap().forEach((name, values) -> fields.put(name, List.of(values)));
    return fields;
  }

  private Upload body(HttpServletRequest request) {
    Map<String, List<String>> fields = fields(request);
    try (InputStream body = request.getInputStream()) {
      byte[] bytes = body.readNBytes(mostBytes + 1);
      return new Upload(List.of(new Picture.Bytes(UNNAMED, ByteBuffer.wrap(bytes))), false, fields);
    } catch (IOException e) {
      throw new PictureException(
          Reason.UNREADABLE, "The request's body can't be read: it ended too early.", e);
    }
  }
}
