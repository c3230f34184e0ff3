package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.doctor.Doctor;
import dev.rustyrun.doctor.Finding;
import dev.rustyrun.doctor.Level;
import dev.rustyrun.engine.EngineContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rustyrun doctor}: shows what this kernel and this user can do, and how to fix the rest. */
@Command(
        name = "doctor",
        exitCodeOnInvalidInput = 125,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Show what this kernel and this user can do, and how to get the rest. Changes nothing.",
        footer = {
            "",
            "Each line: ok, warn or FAIL, what was checked, the fact, and after a dash what to do.",
            "Exit status: 0 when this user can run containers here; 1 when not (some line says",
            "FAIL); 125 when Rustyrun itself failed.",
            "",
            "Examples:",
            "  rustyrun doctor",
            "  rustyrun doctor --json | jq .usable"
        })
final class DoctorCommand implements Callable<Integer> {

    @Option(names = "--json", description = "Print one JSON object with usable and findings.")
    private boolean json;

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    @Override
    public Integer call() {
        List<Finding> findings = Doctor.ofHost(EngineContext.isNative()).examine();
        if (json) {
            print(json(findings).toPrettyString());
        } else {
            boolean coloured = System.getenv().getOrDefault("NO_COLOR", "").isEmpty() && EngineContext.isTerminal();
            print(summary(findings));
            findings.forEach(finding -> print(line(finding, coloured)));
        }
        return Doctor.usable(findings) ? 0 : 1;
    }

    /** The first line of the report. */
    static String summary(List<Finding> findings) {
        return (Doctor.usable(findings) ? "containers can run here: " : "containers cannot run here: ")
                + count(findings, Level.OK) + " ok, "
                + count(findings, Level.WARN) + " with a warning, "
                + count(findings, Level.FAIL) + " failed";
    }

    private static long count(List<Finding> findings, Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }

    /**
     * Writes UTF-8 in any locale: services often run with C, in which System.out replaces the dash by a question mark.
     */
    private static void print(String line) {
        System.out.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static String line(Finding finding, boolean coloured) {
        String mark = String.format("%-4s", finding.level().word());
        String thing = finding.group() + ": " + finding.name();
        return (coloured ? colour(finding.level()) + mark + "\033[0m" : mark) + "  " + thing + ": " + finding.fact()
                + (finding.advice().isEmpty() ? "" : " — " + finding.advice());
    }

    private static String colour(Level level) {
        return switch (level) {
            case OK -> "\033[32m";
            case WARN -> "\033[33m";
            case FAIL -> "\033[1;31m";
        };
    }

    static ObjectNode json(List<Finding> findings) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("usable", Doctor.usable(findings));
        var array = report.putArray("findings");
        for (Finding finding : findings) {
            array.addObject()
                    .put("group", finding.group())
                    .put("name", finding.name())
                    .put("level", finding.level().name().toLowerCase(Locale.ROOT))
                    .put("fact", finding.fact())
                    .put("advice", finding.advice());
        }
        return report;
    }
}
