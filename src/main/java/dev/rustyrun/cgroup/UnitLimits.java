package dev.rustyrun.cgroup;

import static dev.rustyrun.spec.Resources.UNLIMITED;
import static dev.rustyrun.spec.Resources.UNSET;

import dev.rustyrun.cgroup.systemd.UnitProperty;
import dev.rustyrun.cgroup.systemd.Variant;
import dev.rustyrun.spec.DeviceRule;
import dev.rustyrun.spec.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The limits for which systemd has properties. systemd writes them to the group again at any time, for example at a
 * daemon-reload. All other limits are known only to the kernel; man 5 systemd.resource-control.
 */
final class UnitLimits {

    private static final long INFINITY = -1;
    private static final long DEFAULT_PERIOD = 100_000;
    private static final long MICROS = 1_000_000;
    /** Unit files have whole percents. */
    private static final long STEP = MICROS / 100;

    /** A higher quota has no effect on any machine. */
    private static final long MAX_QUOTA = Long.MAX_VALUE / MICROS;

    private static final int MAX_CPUS = 64 * 1024;

    /** The first versions with CPUQuotaPeriodUSec, and with AllowedCPUs. */
    private static final int HAS_PERIOD = 242;

    private static final int HAS_CPUSETS = 244;

    private final boolean pure;
    private final int version;
    private final List<UnitProperty> properties = new ArrayList<>();

    private UnitLimits(boolean pure, int version) {
        this.pure = pure;
        this.version = version;
    }

    /**
     * The properties for {@code resources}.
     *
     * @param pure whether the machine uses cgroup v2 only
     * @param version version of systemd
     */
    static List<UnitProperty> of(Resources resources, boolean pure, int version) {
        UnitLimits limits = new UnitLimits(pure, version);
        limits.memory(resources.memory());
        limits.cpu(resources.cpu());
        limits.limit("TasksMax", resources.pids());
        limits.blockIo(resources.blockIo());
        if (!resources.devices().isEmpty()) {
            limits.devices(resources.devices());
        }
        new TreeMap<>(resources.unified()).forEach(limits::unified);
        return limits.properties;
    }

    private void memory(Resources.Memory memory) {
        limit(pure ? "MemoryMax" : "MemoryLimit", memory.limit());
        if (pure) {
            limit("MemoryLow", memory.reservation());
            if (memory.swap() != UNSET && (memory.swap() == UNLIMITED || memory.limit() != UNSET)) {
                limit("MemorySwapMax", V2Values.swapAlone(memory.swap(), memory.limit()));
            }
        }
    }

    private void cpu(Resources.Cpu cpu) {
        if (cpu.shares() != UNSET && cpu.idle() != 1) {
            number(pure ? "CPUWeight" : "CPUShares", pure ? V2Values.cpuWeight(cpu.shares()) : cpu.shares());
        }
        if (cpu.quota() != UNSET) {
            quota(cpu.quota(), cpu.period() > 0 ? cpu.period() : DEFAULT_PERIOD);
        }
        if (cpu.period() > 0) {
            period(cpu.period());
        }
        cpuset("AllowedCPUs", cpu.cpus());
        cpuset("AllowedMemoryNodes", cpu.mems());
    }

    private void quota(long quota, long period) {
        boolean limits = quota > 0 && quota < MAX_QUOTA;
        number("CPUQuotaPerSecUSec", limits ? (quota * MICROS / period + STEP - 1) / STEP * STEP : INFINITY);
    }

    private void period(long period) {
        if (version >= HAS_PERIOD) {
            number("CPUQuotaPeriodUSec", period);
        }
    }

    /** systemd does not manage cpuset on v1. */
    private void cpuset(String name, String list) {
        if (pure && !list.isEmpty() && version >= HAS_CPUSETS) {
            bits(list).ifPresent(bits -> properties.add(new UnitProperty(name, Variant.bytes(bits))));
        }
    }

    /** A list such as {@code 0-2,5} as bits, lowest first; empty for an invalid list. */
    static Optional<List<Long>> bits(String list) {
        List<Long> bits = new ArrayList<>();
        for (String range : list.split(",")) {
            String[] ends = range.strip().split("-", -1);
            try {
                int first = Integer.parseInt(ends[0]);
                int last = ends.length == 1 ? first : Integer.parseInt(ends[1]);
                if (ends.length > 2 || first < 0 || last < first || last >= MAX_CPUS) {
                    return Optional.empty();
                }
                for (int i = first; i <= last; i++) {
                    while (bits.size() <= i / 8) {
                        bits.add(0L);
                    }
                    bits.set(i / 8, bits.get(i / 8) | 1L << i % 8);
                }
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        return Optional.of(bits);
    }

    private void blockIo(Resources.BlockIo io) {
        if (io.weight() != UNSET) {
            number(pure ? "IOWeight" : "BlockIOWeight", pure ? V2Values.ioWeight(io.weight()) : io.weight());
        }
    }

    private void devices(List<DeviceRule> rules) {
        Optional<List<String>> allowed = allowedDevices(rules);
        properties.add(new UnitProperty("DevicePolicy", Variant.text(allowed.isPresent() ? "strict" : "auto")));
        List<Object> entries = new ArrayList<>();
        for (String line : allowed.orElse(List.of())) {
            String[] parts = line.split("[ :]");
            entries.add(List.of(device(parts[0].equals("b") ? "block" : "char", parts[1], parts[2]), parts[3]));
        }
        properties.add(new UnitProperty("DeviceAllow", new Variant("a(ss)", List.copyOf(entries))));
    }

    /**
     * Empty if all devices except some are allowed, which systemd cannot express; the kernel's group is limited in any
     * case.
     */
    private static Optional<List<String>> allowedDevices(List<DeviceRule> rules) {
        try {
            DeviceList list = DeviceList.of(rules);
            return list.allowed() ? Optional.empty() : Optional.of(list.exceptions());
        } catch (CgroupException e) {
            return Optional.empty();
        }
    }

    /**
     * A device in the format of {@code DeviceAllow=}; all devices of a major number by that number, which systemd
     * treats as a pattern of names.
     */
    private static String device(String kind, String major, String minor) {
        if (major.equals("*")) {
            return kind + "-*";
        }
        return minor.equals("*") ? kind + "-" + major : "/dev/" + kind + "/" + major + ":" + minor;
    }

    /** Files of v2 that have a property; others are only written to the group. */
    private void unified(String file, String value) {
        Map<String, String> plain = Map.of(
                "memory.high", "MemoryHigh",
                "memory.low", "MemoryLow",
                "memory.min", "MemoryMin",
                "memory.max", "MemoryMax",
                "memory.swap.max", "MemorySwapMax",
                "pids.max", "TasksMax",
                "cpu.weight", "CPUWeight");
        if (plain.containsKey(file)) {
            number(value).ifPresent(number -> number(plain.get(file), number));
        } else if (file.equals("cpuset.cpus")) {
            cpuset("AllowedCPUs", value);
        } else if (file.equals("cpuset.mems")) {
            cpuset("AllowedMemoryNodes", value);
        } else if (file.equals("cpu.max")) {
            List<String> words = CgroupLayout.words(value);
            long every = words.size() > 1 ? number(words.get(1)).orElse(DEFAULT_PERIOD) : DEFAULT_PERIOD;
            if (!words.isEmpty() && every > 0) {
                number(words.get(0)).ifPresent(quota -> quota(quota, every));
                period(every);
            }
        }
    }

    private static Optional<Long> number(String text) {
        String value = text.strip();
        if (value.equals("max")) {
            return Optional.of(INFINITY);
        }
        return value.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(value)) : Optional.empty();
    }

    private void limit(String name, long value) {
        if (value != UNSET) {
            number(name, value == UNLIMITED ? INFINITY : value);
        }
    }

    private void number(String name, long value) {
        properties.add(new UnitProperty(name, Variant.number(value)));
    }
}
