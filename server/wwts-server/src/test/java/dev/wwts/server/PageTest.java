package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.logging.LogType;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The page of the default model. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"wwts.home=../..", "wwts.lanes=1"})
class PageTest extends PageCase {
  @TempDir private static Path folder;

  @DynamicPropertySource
  static void gallery(DynamicPropertyRegistry registry) {
    registry.add("wwts.gallery", () -> folder.resolve("gallery").toString());
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
    page().manage().window().setSize(new Dimension(720, 1500));
    screenshot("page-gallery.png");
    page().manage().window().setSize(new Dimension(1280, 900));
    page()
        .findElement(By.cssSelector("#sheet > li:first-child form input"))
        .sendKeys("<i>我的雨伞</i>", Keys.ENTER);
    until("#sheet > li:first-child .match", "Gallery: <i>我的雨伞</i> (100.0 %)");
    page().findElement(By.id("calibrate")).click();
    until("#remembered", it -> it.startsWith("A threshold can't be chosen"));
    noViolation();
    page().findElement(By.cssSelector("#labels li:last-child button")).click();
    until("#remembered", "Forgotten: 我的茶壶");
    page().findElement(By.cssSelector("#sheet > li:last-child form button[type=button]")).click();
    until("#sheet > li:last-child .match", it -> it.startsWith("Gallery: <i>我的雨伞</i> ("));
    page().findElement(By.cssSelector("#labels button")).click();
    until("#threshold", "The gallery is empty.");
  }

  /** The page's part alone: TextServiceTest has a model that knows texts. */
  @Test
  void whereTheModelKnowsTextsTheGalleryIsSearchedByWords() {
    assertThat(page().findElement(By.id("words")).isDisplayed()).isFalse();
    page()
        .executeScript(
            """
            const real = window.fetch;
            window.fetch = async (url, options) => {
              if (url.startsWith('v1/gallery:search')) {
                return Response.json({neighbours: [{label: '红茶', similarity: 0.5}]});
              }
              const response = await real(url, options);
              if (url !== 'v1/models') {
                return response;
              }
              const server = await response.json();
              server.models[0].texts = true;
              return Response.json(server);
            };""");
    page().findElement(By.id("language")).click();
    page().findElement(By.id("language")).click();
    until("#words button", "Search");
    page().findElement(By.id("text")).sendKeys("热饮", Keys.ENTER);
    until("#remembered", "热饮: 红茶 (50.0 %)");
    noViolation();
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
}
