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
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The page, in a Chromium; skipped where there is none with its driver. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"wwts.home=../..", "wwts.lanes=1"})
class PageTest {
  private static @Nullable ChromeDriver shared;

  @TempDir private static Path folder;

  @LocalServerPort private int port;

  @DynamicPropertySource
  static void gallery(DynamicPropertyRegistry registry) {
    registry.add("wwts.gallery", () -> folder.resolve("gallery").toString());
  }

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

  @Test
  void chosenPicturesBecomeAContactSheet() {
    choose("alarm-clock.png", "bicycle.png", "umbrella.png");
    until("3 recognised");
    assertThat(texts("#sheet h3"))
        .containsExactly("umbrella.png", "bicycle.png", "alarm-clock.png");
    assertThat(texts("#sheet > li:last-child ol li").get(0)).contains("闹钟", "98.2 %");
    WebElement bar = page().findElement(By.cssSelector("#sheet > li:last-child .bar"));
    WebElement row = page().findElement(By.cssSelector("#sheet > li:last-child ol li"));
    assertThat((double) bar.getSize().width / row.getSize().width).isBetween(0.97, 0.99);
    page().findElement(By.cssSelector("#sheet summary")).click();
    assertThat(texts("#sheet dt")).contains("decode", "network", "total");
    assertThat(texts("#server dd")).contains("wwts-default", "cpu", "fp32");
    page().findElement(By.id("clear")).click();
    assertThat(texts("#sheet h3")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"drop,dataTransfer,DragEvent", "paste,clipboardData,ClipboardEvent"})
  void soDoesWhatIsDroppedOrPasted(String event, String data, String type) {
    send(event, data, type, "bicycle.png", Client.sample("bicycle.png"));
    until("1 recognised");
    assertThat(texts("#sheet ol li").get(0)).startsWith("自行车");
  }

  @Test
  void aBadFileHasItsSentenceAndSpoilsNothing() {
    byte[] cut = Arrays.copyOf(Client.sample("bicycle.png"), 300);
    send("drop", "dataTransfer", "DragEvent", "<b>cut</b>.png", cut);
    choose("alarm-clock.png");
    until("1 recognised, 1 failed");
    assertThat(texts("#sheet h3")).contains("<b>cut</b>.png");
    assertThat(texts(".bad").get(0)).containsIgnoringCase("picture");
  }

  @Test
  void aBusyServerIsAskedAgain() {
    page()
        .executeScript(
            """
            const real = window.fetch;
            window.left = 3;
            window.fetch = (url, options) => url.startsWith('v1/recognize') && window.left-- > 0
              ? Promise.resolve(new Response('{}', {status: 503, headers: {'Retry-After': '0.01'}}))
              : real(url, options);""");
    choose("alarm-clock.png");
    until("0 recognised, 1 failed");
    assertThat(texts(".bad")).containsExactly("The server is busy: ask again.");
    page().findElement(By.cssSelector("#sheet button")).click();
    until("1 recognised");
  }

  @Test
  void whatAPictureIsSaidToBeIsKnownFromThenOnUntilItIsForgotten() {
    choose("teapot.png");
    until("1 recognised");
    assertThat(texts("#threshold")).containsExactly("The gallery is empty.");
    page().findElement(By.cssSelector("#sheet form input")).sendKeys("我的茶壶", Keys.ENTER);
    until("#remembered", "Remembered: 我的茶壶");
    until("#labels li span", "我的茶壶 × 1");
    until(".match", "Gallery: 我的茶壶 (100.0 %)");
    choose("umbrella.png");
    until("2 recognised");
    assertThat(texts("#sheet > li:first-child .match").get(0)).startsWith("Gallery: 我的茶壶 (");
    page()
        .findElement(By.cssSelector("#sheet > li:first-child form input"))
        .sendKeys("<i>我的雨伞</i>", Keys.ENTER);
    until("#sheet > li:first-child .match", "Gallery: <i>我的雨伞</i> (100.0 %)");
    page().findElement(By.id("calibrate")).click();
    until("#remembered", it -> it.startsWith("A threshold can't be chosen"));
    noViolation();
    screenshot("page-gallery.png");
    page().findElement(By.cssSelector("#labels li:last-child button")).click();
    until("#remembered", "Forgotten: 我的茶壶");
    page().findElement(By.cssSelector("#sheet > li:last-child form button[type=button]")).click();
    until("#sheet > li:last-child .match", it -> it.startsWith("Gallery: <i>我的雨伞</i> ("));
    page().findElement(By.cssSelector("#labels button")).click();
    until("#threshold", "The gallery is empty.");
  }

  @Test
  void itSpeaksChineseToo() {
    choose("alarm-clock.png");
    until("1 recognised");
    page().findElement(By.id("language")).sendKeys(Keys.ENTER);
    until("完成 1 张");
    assertThat(page().findElement(By.tagName("html")).getDomAttribute("lang")).isEqualTo("zh-CN");
    assertThat(texts("h2")).contains("识别图片", "图库", "服务");
    noViolation();
    screenshot("page-zh.png");
  }

  @Test
  void nothingOverflowsASmallScreen() {
    page().manage().window().setSize(new Dimension(360, 740));
    choose("alarm-clock.png", "bicycle.png");
    until("2 recognised");
    Object overflow =
        page().executeScript("return document.documentElement.scrollWidth - window.innerWidth");
    assertThat(((Number) Objects.requireNonNull(overflow)).longValue()).isNotPositive();
    noViolation();
  }

  @Test
  void itIsAccessibleAndAsksNobodyElse() {
    noViolation();
    choose("alarm-clock.png", "umbrella.png");
    until("2 recognised");
    noViolation();
    screenshot("page-en.png");
    Object others =
        page()
            .executeScript(
                "return performance.getEntriesByType('resource').map(it => it.name).filter(it => !it.startsWith(location.origin) && !it.startsWith('blob:')).join()");
    assertThat(others).isEqualTo("");
    assertThat(
            page().manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                .map(entry -> entry.getMessage()))
        .noneMatch(message -> message.contains("Content Security Policy"));
  }

  private static ChromeDriver page() {
    return Objects.requireNonNull(shared);
  }

  private static void choose(String... samples) {
    String names =
        Arrays.stream(samples)
            .map(it -> Client.MODELS.resolve("samples").resolve(it).toAbsolutePath().normalize())
            .map(Path::toString)
            .reduce((a, b) -> a + "\n" + b)
            .orElseThrow();
    page().findElement(By.id("files")).sendKeys(names);
  }

  private static void send(String event, String data, String type, String name, byte[] bytes) {
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

  private static void until(String status) {
    until("#status", status);
  }

  private static void until(String selector, String text) {
    until(selector, text::equals);
  }

  private static void until(String selector, Predicate<String> text) {
    new WebDriverWait(page(), Duration.ofSeconds(30))
        .ignoring(StaleElementReferenceException.class)
        .withMessage(() -> "not told, but " + texts(selector + ", #status, #sheet"))
        .until(driver -> texts(selector).stream().anyMatch(text));
  }

  private static List<String> texts(String selector) {
    return page().findElements(By.cssSelector(selector)).stream().map(WebElement::getText).toList();
  }

  private static void noViolation() {
    assertThat(new AxeBuilder().analyze(page()).getViolations()).isEmpty();
  }

  private static void screenshot(String name) {
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
