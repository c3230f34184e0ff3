package dev.rustyrun.plan;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Shows a plan to a person: every step in order, numbered, with its stage. */
public final class PlanPrinter {

    private PlanPrinter() {}

    /**
     * One line per step; {@code run}'s own part is told around them.
     *
     * @param first what {@code run} does first, if anything
     */
    public static String print(Optional<String> first, LaunchPlan plan) {
        StringBuilder text = new StringBuilder();
        first.ifPresent(words -> line(text, Stage.RUN, 1, words));
        int start = first.isPresent() ? 2 : 1;
        line(text, Stage.RUN, start, "start the child stage, send it this plan");
        int number = list(text, Stage.CHILD, plan.child(), start + 1);
        line(text, Stage.CHILD, number, "start the init stage as PID 1 of the new namespaces");
        number = list(text, Stage.INIT, plan.init(), number + 1);
        line(
                text,
                Stage.RUN,
                number,
                (plan.terminal() ? "relay the terminal, " : "") + "forward signals, wait, exit as"
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
