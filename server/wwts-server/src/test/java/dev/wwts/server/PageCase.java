package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.selenium.AxeBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Tests of the page, in a Chromium; skipped where there is none with its driver. */
abstract class PageCase {
  private static @Nullable ChromeDriver shared;

  @LocalServerPort private int port;

  /** Opens the page anew, in English. */
  @BeforeEach
  void open() {
    Optional<File> browser = program("chromium", "google-chrome");
    Optional<File> driver = program("chromedriver");
    assumeTrue(
        browser.isPresent() && driver.isPresent(),
        "The page's tests need chromium and chromedriver in the PATH.");
    if (shared == null) {
      ChromeOptions options =
          new ChromeOptions()
              .setBinary(browser.orElseThrow())
              .addArguments(
                  "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--lang=en");
      shared =
          new ChromeDriver(
              new ChromeDriverService.Builder().usingDriverExecutable(driver.orElseThrow()).build(),
              options);
    }
    page().manage().window().setSize(new Dimension(1280, 900));
    page().get("http://127.0.0.1:" + port + "/");
    page().executeScript("localStorage.setItem('language', 'en')");
    page().navigate().refresh();
  }

  @AfterAll
  static void close() {
    if (shared != null) {
      shared.quit();
      shared = null;
    }
  }

  static ChromeDriver page() {
    return Objects.requireNonNull(shared);
  }

  static void choose(String... samples) {
    String names =
        Arrays.stream(samples)
            .map(it -> Client.MODELS.resolve("samples").resolve(it).toAbsolutePath().normalize())
            .map(Path::toString)
            .reduce((a, b) -> a + "\n" + b)
            .orElseThrow();
    page().findElement(By.id("files")).sendKeys(names);
  }

  static void send(String event, String data, String type, String name, byte[] bytes) {
    page()
        .executeScript(
            """
            const [event, data, type, name, text] = arguments;
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
            document.body.dispatchEvent(new window[type](event, {[data]: transfer, bubbles: true, cancelable: true}));""",
            event,
            data,
            type,
            name,
            Base64.getEncoder().encodeToString(bytes));
  }

  static void until(String status) {
    until("#status", status);
  }

  static void until(String selector, String text) {
    until(selector, text::equals);
  }

  static void until(String selector, Predicate<String> text) {
    new WebDriverWait(page(), Duration.ofSeconds(30))
        .ignoring(StaleElementReferenceException.class)
        .withMessage(() -> "not told, but " + texts(selector + ", #status, #sheet"))
        .until(driver -> texts(selector).stream().anyMatch(text));
  }

  static List<String> texts(String selector) {
    return page().findElements(By.cssSelector(selector)).stream().map(WebElement::getText).toList();
  }

  static void noViolation() {
    assertThat(new AxeBuilder().analyze(page()).getViolations()).isEmpty();
  }

  static void screenshot(String name) {
    try {
      Files.write(Path.of("target", name), page().getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Optional<File> program(String... names) {
    return Arrays.stream(names)
        .flatMap(
            name ->
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .map(place -> new File(place, name)))
        .filter(File::canExecute)
        .findFirst();
  }
}
