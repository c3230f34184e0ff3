package dev.rustyrun.container;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.rustyrun.cgroup.Statistics;
import java.util.List;

/** The resource usage of a container as JSON, in the format of {@code runc events}; unknown numbers are omitted. */
public final class StatisticsJson {

    private static final long NANOS_PER_MICRO = 1000;

    private StatisticsJson() {}

    /** One object on one line. */
    public static String write(String id, Statistics used) {
        ObjectNode event =
                JsonNodeFactory.instance.objectNode().put("type", "stats").put("id", id);
        ObjectNode data = event.putObject("data");
        ObjectNode cpu = data.putObject("cpu");
        ObjectNode usage = cpu.putObject("usage");
        nanos(usage, "total", used.cpuMicros());
        nanos(usage, "user", used.cpuUserMicros());
        nanos(usage, "kernel", used.cpuSystemMicros());
        numbers(usage, "percpu", used.cpuEach().total());
        numbers(usage, "percpu_kernel", used.cpuEach().kernel());
        numbers(usage, "percpu_user", used.cpuEach().user());
        ObjectNode throttling = cpu.putObject("throttling");
        put(throttling, "throttledPeriods", used.throttledPeriods());
        nanos(throttling, "throttledTime", used.throttledMicros());
        ObjectNode memory = data.putObject("memory").putObject("usage");
        put(memory, "usage", used.memoryCurrent());
        put(memory, "max", used.memoryPeak());
        put(memory, "limit", used.memoryLimit());
        put(memory, "failcnt", used.oomKills());
        ObjectNode pids = data.putObject("pids");
        put(pids, "current", used.pidsCurrent());
        if (used.pidsLimit() != Statistics.UNLIMITED) {
            put(pids, "limit", used.pidsLimit());
        }
        bytes(data.putObject("blkio"), used);
        return event.toString();
    }

    /** The event that a process was killed because the container ran out of memory; one object on one line. */
    public static String outOfMemory(String id) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "oom")
                .put("id", id)
                .toString();
    }

    /**
     * The event of an attempt to reach a host.
     *
     * @param line the proxy's report, a JSON object
     */
    public static String attempt(String id, String line) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "egress")
                .put("id", id)
                .putRawValue("data", new RawValue(line))
                .toString();
    }

    private static void bytes(ObjectNode io, Statistics used) {
        if (used.ioReadBytes() != Statistics.UNKNOWN) {
            var entries = io.putArray("ioServiceBytesRecursive");
            entries.addObject().put("op", "Read").put("value", used.ioReadBytes());
            entries.addObject().put("op", "Write").put("value", used.ioWrittenBytes());
        }
    }

    private static void numbers(ObjectNode json, String field, List<Long> values) {
        if (!values.isEmpty()) {
            values.forEach(json.putArray(field)::add);
        }
    }

    private static void nanos(ObjectNode json, String field, long micros) {
        put(json, field, micros == Statistics.UNKNOWN ? micros : micros * NANOS_PER_MICRO);
    }

    private static void put(ObjectNode json, String field, long value) {
        if (value != Statistics.UNKNOWN) {
            json.put(field, value);
        }
    }
}
