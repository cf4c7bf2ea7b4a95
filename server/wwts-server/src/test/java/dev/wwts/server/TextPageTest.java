package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The page of a model that knows texts and has no classes: see {@link TextServiceTest}. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"wwts.home=../..", "wwts.model=classpath:texts.pt", "wwts.lanes=1"})
class TextPageTest extends PageCase {
  @TempDir private static Path folder;

  @DynamicPropertySource
  static void gallery(DynamicPropertyRegistry registry) {
    registry.add("wwts.gallery", () -> folder.resolve("gallery").toString());
  }

  private static void drop(String name, Color colour) {
    send("drop", "dataTransfer", "DragEvent", name, TextServiceTest.picture(colour));
  }

  @Test
  void whatHasNoClassesIsToldSome() {
    drop("red.png", Color.RED);
    until("1 recognised");
    assertThat(texts("#sheet li p").get(0)).startsWith("This model has no classes of its own");
    assertThat(texts(".bad")).isEmpty();
    noViolation();
    page().findElement(By.id("candidates")).sendKeys("蓝，红, ", Keys.ENTER);
    until("#sheet ol li:first-child", it -> it.startsWith("红"));
    assertThat(texts("#sheet ol li")).hasSize(2);
    drop("blue.png", Color.BLUE);
    until("#sheet > li:first-child ol li:first-child", it -> it.startsWith("蓝"));
    noViolation();
  }

  @Test
  void picturesAreSortedByWords() {
    drop("blue.png", Color.BLUE);
    until("1 recognised");
    drop("red.png", Color.RED);
    until("2 recognised");
    assertThat(texts("#sheet h3")).containsExactly("red.png", "blue.png");
    page().findElement(By.id("phrase")).sendKeys("蓝", Keys.ENTER);
    until("Sorted by “蓝”.");
    assertThat(texts("#sheet h3")).containsExactly("blue.png", "red.png");
    assertThat(texts("#sheet .score")).containsExactly("蓝: 1.000", "蓝: 0.200");
    noViolation();
  }

  @Test
  void aPictureWithoutANameCanBeTaught() {
    drop("green.png", Color.GREEN);
    until("1 recognised");
    page().findElement(By.cssSelector("#sheet form input")).sendKeys("草", Keys.ENTER);
    until("#sheet .match", it -> it.startsWith("Gallery: 草"));
  }
}
