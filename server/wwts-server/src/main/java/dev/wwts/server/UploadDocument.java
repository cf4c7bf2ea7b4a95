package dev.wwts.server;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.ArraySchema;
import io.swagger.v3.oas.models.media.BinarySchema;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.RequestBody;
import java.util.Arrays;
import java.util.List;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;

/** Tells the OpenAPI document how an {@link Upload} is sent. */
@Component
final class UploadDocument implements OperationCustomizer {
  static {
    SpringDocUtils.getConfig().addRequestWrapperToIgnore(Upload.class);
  }

  @Override
  public Operation customize(Operation operation, HandlerMethod method) {
    boolean hasPictures =
        Arrays.stream(method.getMethodParameters())
            .anyMatch(parameter -> parameter.getParameterType() == Upload.class);
    return hasPictures ? operation.requestBody(body()) : operation;
  }

  private static RequestBody body() {
    Schema<?> files = new ObjectSchema();
    files.addProperty(Uploads.PART, new ArraySchema().items(new BinarySchema()));
    files.setRequired(List.of(Uploads.PART));
    Content content =
        new Content().addMediaType("multipart/form-data", new MediaType().schema(files));
    for (String whole : List.of("image/*", "application/octet-stream")) {
      content.addMediaType(whole, new MediaType().schema(new BinarySchema()));
    }
    return new RequestBody().required(true).content(content);
  }
}
