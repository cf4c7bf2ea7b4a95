package dev.wwts.pull;

import dev.wwts.internal.text.Printable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model as people name it who have found it on a hub: {@code hf:OWNER/NAME} or {@code
 * modelscope:OWNER/NAME}, with {@code @REVISION} for another one than the newest.
 *
 * @param hub where it is
 * @param owner whose it is
 * @param name what it is called there
 * @param revision a branch, tag or commit; empty: the hub's own choice
 */
public record HubModel(Hub hub, String owner, String name, String revision) {
  private static final String PART = "[A-Za-z0-9][A-Za-z0-9._-]{0,95}";

  /** Of owner and name together, as Hugging Face has it: files are called so. */
  private static final int LONGEST = 96;

  private static final Pattern NAME =
      Pattern.compile("(" + PART + ")/(" + PART + ")(?:@([A-Za-z0-9][A-Za-z0-9._/-]{0,99}))?");

  /** Between the parts of a file's name; hubs allow it in none of them. */
  private static final String SEPARATOR = "--";

  private static final Pattern FILE =
      Pattern.compile("(hf|modelscope)--(" + PART + ")--(" + PART + ")(?:@[A-Za-z0-9._-]{1,100})?");

  /** Whether somebody who writes that means a hub's model, rightly or wrongly. */
  public static boolean isMeant(String text) {
    return hub(text).isPresent();
  }

  private static Optional<Hub> hub(String text) {
    return Hub.of(text.substring(0, Math.max(0, text.indexOf(':'))));
  }

  /**
   * The model that is meant.
   *
   * @throws IllegalArgumentException if it is no name of one
   */
  public static HubModel of(String text) {
    return ifAny(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is no model of a hub: it is written hf:OWNER/NAME or modelscope:OWNER/NAME, with @REVISION if need be."
                        .formatted(Printable.line(text, 100))));
  }

  /** The model that is meant, if the text is the name of one. */
  static Optional<HubModel> ifAny(String text) {
    Matcher name = NAME.matcher(text.substring(text.indexOf(':') + 1));
    if (!name.matches()
        || name.group(1).length() + name.group(2).length() > LONGEST
        || text.contains(SEPARATOR)
        || text.contains("..")) {
      return Optional.empty();
    }
    String revision = name.group(3) == null ? "" : name.group(3);
    return hub(text).map(hub -> new HubModel(hub, name.group(1), name.group(2), revision));
  }

  /** Whether the model of that name in the folder of models is one of a hub's. */
  public static boolean isFileName(String name) {
    return FILE.matcher(name).matches();
  }

  /** Its name in the folder of models: a revision that was asked for has a file of its own. */
  public String fileName() {
    String at = revision.isEmpty() ? "" : "@" + revision.replace('/', '-');
    return String.join(SEPARATOR, hub.prefix(), owner, name) + at;
  }

  /** OWNER/NAME, as the hub has it. */
  String path() {
    return owner + "/" + name;
  }

  /** As people name it. */
  @Override
  public String toString() {
    return hub.prefix() + ":" + path() + (revision.isEmpty() ? "" : "@" + revision);
  }
}
