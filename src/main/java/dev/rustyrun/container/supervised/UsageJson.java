package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.cgroup.Statistics;

/** {@link Statistics} as JSON, without values that this kernel does not provide, and without unset limits. */
public final class UsageJson {

    private UsageJson() {}

    /** The usage as one JSON object. */
    public static ObjectNode of(Statistics used) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        put(json, "memoryBytes", used.memoryCurrent());
        put(json, "memoryPeakBytes", used.memoryPeak());
        put(json, "memoryLimitBytes", used.memoryLimit());
        put(json, "oomKills", used.oomKills());
        put(json, "cpuMicros", used.cpuMicros());
        put(json, "cpuUserMicros", used.cpuUserMicros());
        put(json, "cpuSystemMicros", used.cpuSystemMicros());
        put(json, "throttledMicros", used.throttledMicros());
        put(json, "pids", used.pidsCurrent());
        put(json, "pidsPeak", used.pidsPeak());
        put(json, "pidsLimit", used.pidsLimit());
        put(json, "pidsRefused", used.pidsRefused());
        put(json, "ioReadBytes", used.ioReadBytes());
        put(json, "ioWrittenBytes", used.ioWrittenBytes());
        return json;
    }

    private static void put(ObjectNode json, String name, long value) {
        if (value != Statistics.UNKNOWN && value != Statistics.UNLIMITED) {
            json.put(name, value);
        }
    }
}
