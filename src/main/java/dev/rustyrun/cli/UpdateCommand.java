package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.GivenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun update}: changes the limits of a running container. */
@Command(
        name = "update",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        description =
                "Change limits of a running container, and the hosts that it may reach. Other settings do not change.",
        footer = {
            "",
            "Examples:",
            "  rustyrun update --memory 64m --pids-limit 100 web",
            "  rustyrun update --allow deb.debian.org --allow '*.example.org:443' web",
            "  echo '{\"cpu\": {\"shares\": 512}}' | rustyrun update --resources - web"
        })
final class UpdateCommand implements ContainerCommand {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Option(
            names = {"-r", "--resources"},
            paramLabel = "FILE",
            defaultValue = Option.NULL_VALUE,
            description =
                    "Read linux.resources, as in config.json, from FILE, or from stdin with -; other options are ignored.")
    private String resources;

    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            description = "Limit memory.")
    private String memory;

    @Option(names = "--memory-swap", paramLabel = "SIZE", description = "Limit memory and swap together; -1: no limit.")
    private String swap;

    @Option(
            names = "--memory-reservation",
            paramLabel = "SIZE",
            description = "Protect this amount of memory when memory is short.")
    private String reservation;

    @Option(
            names = {"--cpu-shares", "--cpu-share"},
            paramLabel = "N",
            description = "Set the weight for processor time when processors are short.")
    private String shares;

    @Option(names = "--cpus", paramLabel = "N", description = "Limit processor time, such as 1.5 processors.")
    private BigDecimal processors;

    @Option(
            names = "--cpu-quota",
            paramLabel = "MICROS",
            description = "Limit processor time in each period; -1: no limit.")
    private String quota;

    @Option(names = "--cpu-period", paramLabel = "MICROS", description = "Set the period of --cpu-quota.")
    private String period;

    @Option(
            names = "--cpu-burst",
            paramLabel = "MICROS",
            description = "Let the container save up this much unused processor time.")
    private String burst;

    @Option(
            names = "--cpu-idle",
            paramLabel = "0|1",
            description = "With 1, run only when nothing else needs the processor.")
    private String idle;

    @Option(
            names = "--cpu-rt-period",
            paramLabel = "MICROS",
            description = "Set the period for real-time processes (cgroup v1).")
    private String realtimePeriod;

    @Option(
            names = "--cpu-rt-runtime",
            paramLabel = "MICROS",
            description = "Limit the processor time of real-time processes in each period (cgroup v1).")
    private String realtimeRuntime;

    @Option(names = "--cpuset-cpus", paramLabel = "LIST", description = "Run only on these processors.")
    private String cpus;

    @Option(names = "--cpuset-mems", paramLabel = "LIST", description = "Use only these memory nodes.")
    private String mems;

    @Option(names = "--pids-limit", paramLabel = "N", description = "Limit processes and threads; -1: no limit.")
    private String pids;

    @Option(names = "--blkio-weight", paramLabel = "N", description = "Set the weight for disk I/O, 10 to 1000.")
    private String weight;

    @Option(
            names = "--allow",
            paramLabel = "HOST[:PORT]",
            description = "Replace the allowed hosts of a container that was started with --allow; repeatable."
                    + " An empty value allows no host.")
    private List<String> allowed = List.of();

    @Override
    public int perform(CommandContext context) {
        ObjectNode given = given();
        if (resources != null || !given.isEmpty()) {
            context.runtime()
                    .limit(id, resources == null ? given.toString() : GivenFile.readOrInput("--resources", resources));
        } else if (allowed.isEmpty()) {
            // As in runc, the container must have a process even if nothing changes.
            context.runtime().checkRuns(id);
        }
        if (!allowed.isEmpty()) {
            context.engine()
                    .allow(id, allowed.stream().filter(host -> !host.isEmpty()).toList());
        }
        return 0;
    }

    private ObjectNode given() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        size(all, "memory", "limit", "--memory", memory);
        size(all, "memory", "swap", "--memory-swap", swap);
        size(all, "memory", "reservation", "--memory-reservation", reservation);
        number(all, "cpu", "shares", "--cpu-shares", shares);
        number(all, "cpu", "quota", "--cpu-quota", quota);
        number(all, "cpu", "period", "--cpu-period", period);
        if (processors != null) {
            if (quota != null || period != null) {
                throw new InvalidSpecException(
                        "--cpus sets a quota and a period: it cannot be used with --cpu-quota or --cpu-period");
            }
            all.withObject("/cpu")
                    .put("quota", LaunchRequest.quota(processors))
                    .put("period", LaunchRequest.PERIOD_MICROS);
        }
        number(all, "cpu", "realtimePeriod", "--cpu-rt-period", realtimePeriod);
        number(all, "cpu", "realtimeRuntime", "--cpu-rt-runtime", realtimeRuntime);
        number(all, "cpu", "burst", "--cpu-burst", burst);
        number(all, "cpu", "idle", "--cpu-idle", idle);
        text(all, "cpus", cpus);
        text(all, "mems", mems);
        number(all, "pids", "limit", "--pids-limit", pids);
        number(all, "blockIO", "weight", "--blkio-weight", weight);
        return all;
    }

    private static void size(ObjectNode all, String group, String field, String option, String text) {
        if (text != null) {
            all.withObject("/" + group).put(field, ByteSize.ofOption(option, text));
        }
    }

    /** Accepts 64-bit unsigned numbers, as config.json does: older engines write the highest one for unset values. */
    private static void number(ObjectNode all, String group, String field, String option, String text) {
        if (text == null) {
            return;
        }
        if (!text.matches("-?[0-9]{1,20}")) {
            throw new InvalidSpecException(option + " \"" + text + "\" is not a whole number");
        }
        all.withObject("/" + group).put(field, new BigInteger(text));
    }

    private static void text(ObjectNode all, String field, String value) {
        if (value != null) {
            all.withObject("/cpu").put(field, value);
        }
    }
}
