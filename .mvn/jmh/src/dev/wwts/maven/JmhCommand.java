package dev.wwts.maven;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.apache.maven.AbstractMavenLifecycleParticipant;
import org.apache.maven.execution.MavenExecutionRequest;
import org.apache.maven.execution.MavenSession;

/**
 * Makes {@code mvn jmh} and {@code mvn load} commands: the profile benchmarks, all sources compiled, then the suite. What Maven
 * was given as -Dname=value goes on to the suite where the name begins with jmh. or wwts., or is quick or minutes.
 *
 * <p>Maven loads the class from this folder (.mvn/maven.config), so it is kept compiled: see README.md here.
 */
public final class JmhCommand extends AbstractMavenLifecycleParticipant {
  private static final List<String> COMMANDS = Arrays.asList("jmh", "load");
  private static final String PLUGIN = "jmh:";
  private static final String PROFILE = "benchmarks";

  @Override
  public void afterSessionStart(MavenSession session) {
    MavenExecutionRequest request = session.getRequest();
    List<String> goals = new ArrayList<>();
    boolean benchmarks = false;
    for (String goal : request.getGoals()) {
      boolean ours = COMMANDS.contains(goal) || goal.startsWith(PLUGIN);
      if (ours && !benchmarks) {
        // also for the plugin, which looks at test classes and does not see the sources that a profile adds
        goals.add("test-compile");
      }
      benchmarks |= ours;
      goals.add(COMMANDS.contains(goal) ? "exec:exec@" + goal : goal);
    }
    if (!benchmarks) {
      return;
    }
    request.setGoals(goals);
    request.addActiveProfile(PROFILE);
    List<String> profiles = new ArrayList<>(request.getProjectBuildingRequest().getActiveProfileIds());
    if (!profiles.contains(PROFILE)) {
      profiles.add(PROFILE);
      request.getProjectBuildingRequest().setActiveProfileIds(profiles);
    }
    Properties user = request.getUserProperties();
    StringBuilder options = new StringBuilder();
    for (String name : user.stringPropertyNames()) {
      if (name.startsWith("jmh.") || name.startsWith("wwts.") || name.equals("quick") || name.equals("minutes")) {
        options.append(name).append('=').append(user.getProperty(name)).append('\n');
      }
    }
    user.setProperty("wwts.suite.options", options.toString());
    request.getProjectBuildingRequest().setUserProperties(user);
  }
}
