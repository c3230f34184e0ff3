package dev.rustyrun.spec;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * Checks everything about {@link Resources} that does not depend on the machine; runtime-spec config-linux.md, "Control
 * groups", and the kernel's own bounds.
 */
public final class ResourcesValidator {

    /** Compiled once, because each launch has a dozen rules. */
    private static final Pattern ACCESS = Pattern.compile("[rwm]{1,3}");

    private static final long UNSET = Resources.UNSET;
    private static final long MIN_PERIOD = 1000;
    private static final long MAX_PERIOD = 1_000_000;
    private static final long MAX_NUMBER = 0xFFFFFFFFL;

    private ResourcesValidator() {}

    /**
     * Checks {@code resources}.
     *
     * @throws InvalidSpecException for the first invalid value, naming the field
     */
    public static void check(Resources resources) {
        resources.devices().forEach(ResourcesValidator::checkDevice);
        checkMemory(resources.memory());
        checkCpu(resources.cpu());
        limit("pids.limit", resources.pids(), "processes");
        checkBlockIo(resources.blockIo());
        for (Map.Entry<String, Long> limit : resources.hugepages().entrySet()) {
            checkPageSize(limit.getKey());
            limit("hugepageLimits of " + limit.getKey(), limit.getValue(), "bytes");
        }
        checkNetwork(resources.network());
        resources.rdma().forEach((device, limits) -> {
            word("rdma device", device);
            range("rdma.hcaHandles of " + device, limits.hcaHandles(), 0, Integer.MAX_VALUE);
            range("rdma.hcaObjects of " + device, limits.hcaObjects(), 0, Integer.MAX_VALUE);
        });
        resources.unified().keySet().forEach(ResourcesValidator::checkFileName);
    }

    private static void checkDevice(DeviceRule rule) {
        if (!ACCESS.matcher(rule.access()).matches()) {
            throw new InvalidSpecException(
                    "devices: access \"" + rule.access() + "\" must be made of r (read), w (write) and m (mknod)");
        }
        range("devices: major", rule.major(), DeviceRule.ANY, MAX_NUMBER);
        range("devices: minor", rule.minor(), DeviceRule.ANY, MAX_NUMBER);
    }

    private static void checkMemory(Resources.Memory memory) {
        limit("memory.limit", memory.limit(), "bytes");
        limit("memory.reservation", memory.reservation(), "bytes");
        limit("memory.swap", memory.swap(), "bytes");
        range("memory.swappiness", memory.swappiness(), 0, 100);
        if (memory.swap() >= 0 && memory.limit() < 0) {
            throw new InvalidSpecException(
                    "memory.swap " + memory.swap() + " needs a memory.limit: it counts memory and" + " swap together");
        }
        if (memory.swap() >= 0 && memory.swap() < memory.limit()) {
            throw new InvalidSpecException("memory.swap " + memory.swap() + " is less than memory.limit "
                    + memory.limit()
                    + ": it counts memory and swap together");
        }
        if (memory.reservation() > memory.limit() && memory.limit() >= 0) {
            throw new InvalidSpecException(
                    "memory.reservation " + memory.reservation() + " is more than memory.limit " + memory.limit());
        }
    }

    private static void checkCpu(Resources.Cpu cpu) {
        range("cpu.shares", cpu.shares(), 2, 262_144);
        range("cpu.period", cpu.period(), MIN_PERIOD, MAX_PERIOD);
        if (cpu.quota() != UNSET && cpu.quota() != Resources.UNLIMITED && cpu.quota() < MIN_PERIOD) {
            throw new InvalidSpecException("cpu.quota " + cpu.quota() + " must be " + MIN_PERIOD
                    + " or more microseconds, or -1 for no limit");
        }
        if (cpu.burst() != UNSET && (cpu.burst() < 0 || cpu.quota() >= 0 && cpu.burst() > cpu.quota())) {
            throw new InvalidSpecException("cpu.burst " + cpu.burst() + " must be from 0 to cpu.quota");
        }
        range("cpu.realtimePeriod", cpu.realtimePeriod(), 1, Long.MAX_VALUE);
        range(
                "cpu.realtimeRuntime",
                cpu.realtimeRuntime(),
                -1,
                cpu.realtimePeriod() == UNSET ? Long.MAX_VALUE : cpu.realtimePeriod());
        range("cpu.idle", cpu.idle(), 0, 1);
        if (!cpu.cpus().isEmpty()) {
            CpuList.parse("cpu.cpus", cpu.cpus());
        }
        if (!cpu.mems().isEmpty()) {
            CpuList.parse("cpu.mems", cpu.mems());
        }
    }

    private static void checkBlockIo(Resources.BlockIo io) {
        range("blockIO.weight", io.weight(), 10, 1000);
        range("blockIO.leafWeight", io.leafWeight(), 10, 1000);
        for (Resources.DeviceWeight device : io.weightDevices()) {
            checkNumbers("blockIO.weightDevice", device.major(), device.minor());
            range("blockIO.weightDevice: weight", device.weight(), 10, 1000);
            range("blockIO.weightDevice: leafWeight", device.leafWeight(), 10, 1000);
        }
        for (Resources.Throttle throttle : io.throttles()) {
            checkNumbers("blockIO throttle", throttle.major(), throttle.minor());
            range("blockIO throttle: rate", throttle.perSecond(), 0, Long.MAX_VALUE);
        }
    }

    private static void checkNumbers(String what, long major, long minor) {
        range(what + ": major", major, 0, 0xFFF);
        range(what + ": minor", minor, 0, 0xFFFFF);
    }

    private static void checkNetwork(Resources.Network network) {
        range("network.classID", network.classId(), 0, MAX_NUMBER);
        network.priorities().forEach((name, priority) -> {
            word("network.priorities: interface", name);
            range("network.priorities of " + name, priority, 0, MAX_NUMBER);
        });
    }

    private static void checkPageSize(String size) {
        if (!size.matches("[1-9][0-9]{0,9}[KMG]B")) {
            throw new InvalidSpecException("hugepageLimits: pageSize \"" + size
                    + "\" is not a size such as 2MB or 1GB; /sys/kernel/mm/hugepages lists the kernel's");
        }
    }

    private static void checkFileName(String name) {
        if (!name.matches("[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)+")) {
            throw new InvalidSpecException(
                    "unified: \"" + name + "\" is not the name of a cgroup file such as memory.high");
        }
        if (name.startsWith("cgroup.")) {
            throw new InvalidSpecException("unified: " + name + " is not a limit: only the runtime may write it");
        }
    }

    private static void limit(String what, long value, String unit) {
        if (value != UNSET && value < Resources.UNLIMITED) {
            throw new InvalidSpecException(what + " " + value + " must be 0 or more " + unit + ", or -1 for no limit");
        }
    }

    private static void range(String what, long value, long least, long most) {
        if (value != UNSET && (value < least || value > most)) {
            throw new InvalidSpecException(what + " " + value + " must be "
                    + (most == Long.MAX_VALUE ? least + " or more" : "from " + least + " to " + most));
        }
    }

    private static void word(String what, String text) {
        if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c == '/')) {
            throw new InvalidSpecException(what + " \"" + text + "\" is not a name");
        }
    }
}
