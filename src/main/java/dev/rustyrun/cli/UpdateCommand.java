package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.Running;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.oci.ConfigJson;
import dev.rustyrun.request.ByteSize;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Resources;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun update}: changes the limits of a container that runs. */
@Command(
        name = "update",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Change limits of a running container, and the hosts that it may reach; what is not named stays.",
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
            description = "linux.resources of config.json, in a file, or - for stdin; other options are not looked at.")
    private String resources;

    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            description = "The most memory.")
    private String memory;

    @Option(
            names = "--memory-swap",
            paramLabel = "SIZE",
            description = "The most memory and swap together; -1: no limit.")
    private String swap;

    @Option(
            names = "--memory-reservation",
            paramLabel = "SIZE",
            description = "Memory that it keeps when others need some.")
    private String reservation;

    @Option(
            names = {"--cpu-shares", "--cpu-share"},
            paramLabel = "N",
            description = "Its weight when processors are short.")
    private String shares;

    @Option(names = "--cpus", paramLabel = "N", description = "Processor time, such as 1.5 processors.")
    private BigDecimal processors;

    @Option(names = "--cpu-quota", paramLabel = "MICROS", description = "Processor time in each period; -1: no limit.")
    private String quota;

    @Option(names = "--cpu-period", paramLabel = "MICROS", description = "The period.")
    private String period;

    @Option(
            names = "--cpu-burst",
            paramLabel = "MICROS",
            description = "Processor time that it may save up beyond the quota.")
    private String burst;

    @Option(names = "--cpu-idle", paramLabel = "0|1", description = "1: run only when nothing else wants to.")
    private String idle;

    @Option(
            names = "--cpu-rt-period",
            paramLabel = "MICROS",
            description = "The period of real-time processes (cgroup v1).")
    private String realtimePeriod;

    @Option(
            names = "--cpu-rt-runtime",
            paramLabel = "MICROS",
            description = "Their processor time in each (cgroup v1).")
    private String realtimeRuntime;

    @Option(names = "--cpuset-cpus", paramLabel = "LIST", description = "On which processors.")
    private String cpus;

    @Option(names = "--cpuset-mems", paramLabel = "LIST", description = "On which memory nodes.")
    private String mems;

    @Option(names = "--pids-limit", paramLabel = "N", description = "The most processes and threads; -1: no limit.")
    private String pids;

    @Option(names = "--blkio-weight", paramLabel = "N", description = "Its weight on disks, 10 to 1000.")
    private String weight;

    @Option(
            names = "--allow",
            paramLabel = "HOST[:PORT]",
            description = "Let it reach this host and none of those before, if it was started with --allow; repeatable."
                    + " An empty one: no host.")
    private List<String> allowed = List.of();

    @Override
    public int perform(CommandContext context) {
        ObjectNode given = given();
        if (allowed.isEmpty() || resources != null || !given.isEmpty()) {
            if (resources == null && given.isEmpty()) {
                throw new InvalidSpecException("update: no limit was given");
            }
            Resources wanted = ConfigJson.resources(resources == null ? given.toString() : read());
            Running.of(context.store(), id).limit(wanted);
        }
        if (!allowed.isEmpty()) {
            context.engine()
                    .allow(id, allowed.stream().filter(host -> !host.isEmpty()).toList());
        }
        return 0;
    }

    private String read() {
        try {
            String file = resources.equals("-") ? "/dev/stdin" : resources;
            return UserFile.readDocument(Linux.host(), file);
        } catch (LinuxException e) {
            throw new InvalidSpecException("--resources " + resources + " cannot be read: " + e.getMessage());
        }
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
                        "--cpus is a quota in a period: give it, or --cpu-quota and --cpu-period");
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

    /** As wide as in config.json: older engines write the highest number of 64 bits for what is not set. */
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
