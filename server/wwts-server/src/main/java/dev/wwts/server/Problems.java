package dev.wwts.server;

import dev.wwts.CallInterruptedException;
import dev.wwts.DeadlineExceededException;
import dev.wwts.DeviceException;
import dev.wwts.GalleryException;
import dev.wwts.ModelException;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.OverloadedException;
import dev.wwts.PictureException;
import dev.wwts.RecognizerClosedException;
import dev.wwts.SwapException;
import dev.wwts.WwtsException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** What goes wrong, as RFC 9457's problem+json: the library's sentence, and its reason by name. */
@RestControllerAdvice
final class Problems extends ResponseEntityExceptionHandler {
  private static final String RETRY_SECONDS = "1";

  /** What one picture's refusal is, alone or beside others. */
  static ProblemDetail of(WwtsException failure) {
    ProblemDetail problem =
        ProblemDetail.forStatusAndDetail(status(failure), String.valueOf(failure.getMessage()));
    problem.setProperty("reason", reason(failure));
    return problem;
  }

  /** What is wrong with a request itself. */
  static ErrorResponseException of(HttpStatus status, String reason, String detail) {
    ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
    problem.setProperty("reason", reason);
    return new ErrorResponseException(status, problem, null);
  }

  static HttpStatus status(WwtsException failure) {
    if (failure instanceof PictureException picture) {
      return switch (picture.reason()) {
        case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
        case UNSUPPORTED_FORMAT -> HttpStatus.UNSUPPORTED_MEDIA_TYPE;
        case UNREADABLE, EMPTY, TRUNCATED, CORRUPT -> HttpStatus.BAD_REQUEST;
      };
    }
    if (failure instanceof SwapException swap) {
      return swap.reason() == SwapException.Reason.CLOSED
          ? HttpStatus.SERVICE_UNAVAILABLE
          : HttpStatus.CONFLICT;
    }
    if (failure instanceof GalleryException gallery) {
      return status(gallery.reason());
    }
    if (failure instanceof ModelException) {
      return HttpStatus.UNPROCESSABLE_CONTENT;
    }
    if (failure instanceof DeadlineExceededException) {
      return HttpStatus.GATEWAY_TIMEOUT;
    }
    return failure instanceof DeviceException
        ? HttpStatus.INTERNAL_SERVER_ERROR
        : HttpStatus.SERVICE_UNAVAILABLE;
  }

  private static HttpStatus status(GalleryException.Reason reason) {
    return switch (reason) {
      case OTHER_MODEL, IN_USE, READ_ONLY, TOO_FEW -> HttpStatus.CONFLICT;
      case NOT_WRITTEN -> HttpStatus.INSUFFICIENT_STORAGE;
      case CLOSED -> HttpStatus.SERVICE_UNAVAILABLE;
      case UNREADABLE, CORRUPT, NEWER_FORMAT -> HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }

  private static String reason(WwtsException failure) {
    Enum<?> reason = null;
    if (failure instanceof PictureException picture) {
      reason = picture.reason();
    } else if (failure instanceof SwapException swap) {
      reason = swap.reason();
    } else if (failure instanceof GalleryException gallery) {
      reason = gallery.reason();
    } else if (failure instanceof ModelException model) {
      reason = model.reason();
    }
    return reason == null ? word(failure) : reason.name().toLowerCase(Locale.ROOT);
  }

  private static String word(WwtsException failure) {
    if (failure instanceof OverloadedException) {
      return "overloaded";
    } else if (failure instanceof DeadlineExceededException) {
      return "late";
    } else if (failure instanceof RecognizerClosedException) {
      return "closed";
    } else if (failure instanceof CallInterruptedException) {
      return "interrupted";
    }
    return failure instanceof OutOfDeviceMemoryException ? "out_of_device_memory" : "device";
  }

  static boolean isPassing(HttpStatusCode status) {
    return status.value() == HttpStatus.SERVICE_UNAVAILABLE.value();
  }

  @ExceptionHandler
  ResponseEntity<Object> refused(WwtsException failure, WebRequest request) {
    ProblemDetail problem = of(failure);
    HttpHeaders headers = new HttpHeaders();
    if (isPassing(HttpStatusCode.valueOf(problem.getStatus()))) {
      headers.set(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
    }
    return ResponseEntity.status(problem.getStatus())
        .headers(headers)
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(problem);
  }

  /** Tomcat hides what {@link UploadMeter} refused. */
  @ExceptionHandler
  @Nullable ResponseEntity<Object> unreadable(MultipartException failure, WebRequest request)
      throws Exception {
    Throwable cause = failure.getMostSpecificCause();
    if (cause instanceof WwtsException refusal) {
      return refused(refusal, request);
    }
    if (cause instanceof ErrorResponseException refusal) {
      return handleException(refusal, request);
    }
    ProblemDetail problem =
        ProblemDetail.forStatusAndDetail(
            HttpStatus.BAD_REQUEST,
            "The multipart body can't be read: it has no boundary, or ends too early.");
    return handleExceptionInternal(
        failure, problem, new HttpHeaders(), HttpStatus.BAD_REQUEST, request);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
      HandlerMethodValidationException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    failure
        .getBody()
        .setDetail(
            failure.getParameterValidationResults().stream()
                .flatMap(
                    result ->
                        result.getResolvableErrors().stream()
                            .map(
                                error ->
                                    result.getMethodParameter().getParameterName()
                                        + " "
                                        + error.getDefaultMessage()))
                .collect(Collectors.joining("; ", "", ".")));
    return super.handleHandlerMethodValidationException(failure, headers, status, request);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
      MethodArgumentNotValidException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    failure
        .getBody()
        .setDetail(
            failure.getFieldErrors().stream()
                .map(error -> error.getField() + " " + error.getDefaultMessage())
                .sorted()
                .collect(Collectors.joining("; ", "", ".")));
    return super.handleMethodArgumentNotValid(failure, headers, status, request);
  }

  /** For filters, which no handler hears; the Open Inference Protocol calls a sentence error. */
  static void write(
      HttpServletRequest request,
      HttpServletResponse response,
      int status,
      String reason,
      String detail)
      throws IOException {
    boolean isProtocol = request.getRequestURI().startsWith("/v2/");
    response.setStatus(status);
    response.setContentType(
        isProtocol ? MediaType.APPLICATION_JSON_VALUE : MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    if (isPassing(HttpStatusCode.valueOf(status))) {
      response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
    }
    response
        .getWriter()
        .write(
            isProtocol
                ? "{\"error\":\"%s\"}".formatted(detail)
                : "{\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\",\"reason\":\"%s\"}"
                    .formatted(
                        HttpStatus.valueOf(status).getReasonPhrase(), status, detail, reason));
  }
}
