package service;

import dev.wwts.Picture;
import dev.wwts.Recognizer;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerInitializedEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The best label of a picture, over HTTP; all settings are those that a service has by itself. */
@SpringBootApplication
public class Service {
  public static void main(String[] args) {
    SpringApplication.run(Service.class, args);
  }

  @Bean
  Recognizer recognizer(@Value("${model}") Path model) {
    return Recognizer.load(model);
  }

  @EventListener
  void started(ServletWebServerInitializedEvent event) {
    System.out.println("port " + event.getWebServer().getPort());
  }

  /** What it answers. */
  @RestController
  static class Labels {
    private final Recognizer recognizer;

    Labels(Recognizer recognizer) {
      this.recognizer = recognizer;
    }

    @PostMapping(path = "/label", produces = "text/plain;charset=UTF-8")
    String label(@RequestBody byte[] picture) {
      return recognizer.answer(Picture.of(picture)).best().label();
    }

    @GetMapping("/accepted")
    String accepted() {
      return String.valueOf(recognizer.stats().accepted());
    }
  }
}
