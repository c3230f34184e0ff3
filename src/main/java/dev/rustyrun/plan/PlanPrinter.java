package dev.rustyrun.plan;

import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.Stage;
import dev.rustyrun.step.Step;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Prints a plan for humans: every step in order, numbered, with its stage. */
public final class PlanPrinter {

    private static final String WHY_ON_HOST =
            "Only a process on the host can do this, so run does it while the stage waits.";

    private final LaunchPlan plan;
    private final boolean reasons;
    private final StringBuilder text = new StringBuilder();
    private int number;
    private String last = "";

    private PlanPrinter(LaunchPlan plan, boolean reasons) {
        this.plan = plan;
        this.reasons = reasons;
    }

    /**
     * One line per step; a step of {@code run} follows the step that asks for it.
     *
     * @param first description of the first thing that {@code run} does, if any
     * @param reasons whether a line below each step, or group of similar steps, explains why it exists
     */
    public static String print(Optional<String> first, LaunchPlan plan, boolean reasons) {
        return new PlanPrinter(plan, reasons).print(first);
    }

    private String print(Optional<String> first) {
        first.ifPresent(words -> line(
                Stage.RUN, words, "The cgroup counts and limits what all processes of the container use together."));
        line(
                Stage.RUN,
                "start the child stage, send it this plan",
                "A separate process leaves the host's namespaces, so that run can stay in them.");
        list(Stage.CHILD, plan.child());
        line(
                Stage.CHILD,
                "start the init stage as PID 1 of the new namespaces",
                "Only children of the process that calls unshare enter the new PID namespace, so one more process is needed.");
        int ahead = plan.ahead();
        list(Stage.INIT, plan.init().subList(0, ahead));
        if (reasons) {
            last = "A warm launch of a service has applied the steps of child and init up to here before its request.";
            text.append(String.format(Locale.ROOT, "            # %s%n", last));
        }
        list(Stage.INIT, plan.init().subList(ahead, plan.init().size()));
        line(
                Stage.RUN,
                (plan.terminal() ? "relay the terminal, " : "") + "forward signals, wait, exit as the command does",
                "To its caller, the container is this one process.");
        return text.toString();
    }

    private void list(Stage stage, List<Step> steps) {
        for (Step step : steps) {
            line(stage, step.describe(), reasons ? step.kind().why() : "");
            if (step.due() != HostStep.NONE) {
                line(Stage.RUN, plan.run().get(step.due()).describe(), WHY_ON_HOST);
            }
        }
    }

    private void line(Stage stage, String what, String why) {
        text.append(String.format(Locale.ROOT, "%3d  %-5s  %s%n", ++number, stage.word(), what));
        if (reasons && !why.equals(last)) {
            last = why;
            text.append(String.format(Locale.ROOT, "            # %s%n", why));
        }
    }
}
