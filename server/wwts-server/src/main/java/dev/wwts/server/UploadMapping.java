package dev.wwts.server;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;

/** What is posted with pictures: its method has an {@link Upload}. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@RequestMapping(
    method = RequestMethod.POST,
    consumes = {
      MediaType.MULTIPART_FORM_DATA_VALUE,
      "image/*",
      MediaType.APPLICATION_OCTET_STREAM_VALUE
    })
@interface UploadMapping {
  /** Where. */
  @AliasFor(annotation = RequestMapping.class, attribute = "path")
  String value();
}
