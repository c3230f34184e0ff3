package dev.rustyrun.cgroup;

import static dev.rustyrun.spec.Resources.UNSET;

import dev.rustyrun.spec.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Translates limits to files and values of cgroup v1, except devices, which {@link DeviceList} compiles; the kernel's
 * Documentation/admin-guide/cgroup-v1.
 */
final class V1Settings {

    private final List<Setting> settings = new ArrayList<>();

    private V1Settings() {}

    /**
     * The settings, in the order in which they are written.
     *
     * @param bfq whether block devices have the BFQ scheduler's weights
     */
    static List<Setting> of(Resources resources, boolean bfq) {
        V1Settings compiler = new V1Settings();
        compiler.memory(resources.memory());
        compiler.cpu(resources.cpu());
        compiler.number(
                "pids", "pids.max", resources.pids() == Resources.UNLIMITED ? Long.MAX_VALUE : resources.pids());
        compiler.blockIo(resources.blockIo(), bfq ? "blkio.bfq.weight" : "blkio.weight");
        for (Map.Entry<String, Long> limit : resources.hugepages().entrySet()) {
            compiler.hugepages("hugetlb." + limit.getKey(), limit.getValue());
        }
        compiler.network(resources.network());
        for (Map.Entry<String, Resources.Rdma> limit : resources.rdma().entrySet()) {
            compiler.settings.add(V2Settings.rdma(limit.getKey(), limit.getValue()));
        }
        if (!resources.unified().isEmpty()) {
            compiler.settings.add(Setting.impossible("unified", "\"unified\" names files of cgroup v2"));
        }
        return compiler.settings;
    }

    /** The limit of memory and swap together must never be lower than the limit of memory alone. */
    private void memory(Resources.Memory memory) {
        if (memory.limit() != UNSET) {
            settings.add(new Setting(
                    "memory",
                    "memory.limit_in_bytes",
                    Long.toString(memory.limit()),
                    memory.swap() == UNSET ? Setting.Kind.REQUIRED : Setting.Kind.EITHER_ORDER));
        }
        if (memory.swap() != UNSET) {
            settings.add(new Setting(
                    "memory",
                    "memory.memsw.limit_in_bytes",
                    Long.toString(memory.swap()),
                    memory.swap() == Resources.UNLIMITED ? Setting.Kind.IF_THERE : Setting.Kind.REQUIRED));
        }
        number("memory", "memory.soft_limit_in_bytes", memory.reservation());
        number("memory", "memory.swappiness", memory.swappiness());
        if (memory.disableOomKiller()) {
            settings.add(Setting.of("memory", "memory.oom_control", "1"));
        }
    }

    private void cpu(Resources.Cpu cpu) {
        number("cpu", "cpu.idle", cpu.idle());
        if (cpu.idle() != 1) {
            number("cpu", "cpu.shares", cpu.shares());
        }
        if (cpu.period() != UNSET) {
            settings.add(new Setting(
                    "cpu",
                    "cpu.cfs_period_us",
                    Long.toString(cpu.period()),
                    cpu.quota() == UNSET ? Setting.Kind.REQUIRED : Setting.Kind.EITHER_ORDER));
        }
        number("cpu", "cpu.cfs_quota_us", cpu.quota());
        number("cpu", "cpu.cfs_burst_us", cpu.burst());
        if (cpu.realtimePeriod() != UNSET) {
            settings.add(new Setting(
                    "cpu",
                    "cpu.rt_period_us",
                    Long.toString(cpu.realtimePeriod()),
                    cpu.realtimeRuntime() == UNSET ? Setting.Kind.REQUIRED : Setting.Kind.EITHER_ORDER));
        }
        number("cpu", "cpu.rt_runtime_us", cpu.realtimeRuntime());
        text("cpuset", "cpuset.cpus", cpu.cpus());
        text("cpuset", "cpuset.mems", cpu.mems());
    }

    private void blockIo(Resources.BlockIo io, String weightFile) {
        number("blkio", weightFile, io.weight());
        number("blkio", "blkio.leaf_weight", io.leafWeight());
        for (Resources.DeviceWeight device : io.weightDevices()) {
            device(weightFile + "_device", device.major(), device.minor(), device.weight());
            device("blkio.leaf_weight_device", device.major(), device.minor(), device.leafWeight());
        }
        for (Resources.Throttle throttle : io.throttles()) {
            String file =
                    switch (throttle.rate()) {
                        case READ_BPS -> "blkio.throttle.read_bps_device";
                        case WRITE_BPS -> "blkio.throttle.write_bps_device";
                        case READ_IOPS -> "blkio.throttle.read_iops_device";
                        case WRITE_IOPS -> "blkio.throttle.write_iops_device";
                    };
            device(file, throttle.major(), throttle.minor(), throttle.perSecond());
        }
    }

    private void hugepages(String prefix, long limit) {
        settings.add(Setting.of("hugetlb", prefix + ".limit_in_bytes", limit));
        settings.add(
                new Setting("hugetlb", prefix + ".rsvd.limit_in_bytes", Long.toString(limit), Setting.Kind.IF_THERE));
    }

    private void network(Resources.Network network) {
        number("net_cls", "net_cls.classid", network.classId());
        for (Map.Entry<String, Long> priority : network.priorities().entrySet()) {
            settings.add(Setting.of("net_prio", "net_prio.ifpriomap", priority.getKey() + " " + priority.getValue()));
        }
    }

    private void device(String file, long major, long minor, long value) {
        if (value != UNSET) {
            settings.add(Setting.of("blkio", file, major + ":" + minor + " " + value));
        }
    }

    /** Except for pids, v1 uses -1 for no limit. */
    private void number(String controller, String file, long value) {
        if (value != UNSET) {
            settings.add(Setting.of(controller, file, value == Long.MAX_VALUE ? "max" : Long.toString(value)));
        }
    }

    private void text(String controller, String file, String value) {
        if (!value.isEmpty()) {
            settings.add(Setting.of(controller, file, value));
        }
    }
}
