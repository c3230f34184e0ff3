package dev.rustyrun.plan;

import java.util.List;
import java.util.Locale;

/** Shows a plan to a person: every step in order, numbered, with its stage. */
public final class PlanPrinter {

    private PlanPrinter() {
    }

    /** One line per step; {@code run}'s own part is told around them. */
    public static String print(LaunchPlan plan) {
        StringBuilder text = new StringBuilder();
        line(text, Stage.RUN, 1, "start the child stage, send it this plan");
        int number = list(text, Stage.CHILD, plan.child(), 2);
        line(text, Stage.CHILD, number, "start the init stage as PID 1 of the new namespaces");
        number = list(text, Stage.INIT, plan.init(), number + 1);
        line(text, Stage.RUN, number, (plan.terminal() ? "relay the terminal, " : "") + "forward signals, wait, exit as"
                + " the command does");
        return text.toString();
    }

    private static int list(StringBuilder text, Stage stage, List<Step> steps, int first) {
        int number = first;
        for (Step step : steps) {
            line(text, stage, number++, step.describe());
        }
        return number;
    }

    private static void line(StringBuilder text, Stage stage, int number, String what) {
        text.append(String.format(Locale.ROOT, "%3d  %-5s  %s%n", number, stage.word(), what));
    }
}
