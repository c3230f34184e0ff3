package dev.rustyrun.cgroup;

import static dev.rustyrun.spec.Resources.UNSET;

import dev.rustyrun.spec.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Translates limits to files and values of cgroup v2, except devices, which {@link DeviceProgram} compiles; the
 * kernel's Documentation/admin-guide/cgroup-v2.rst. The specification uses v1's units; {@link V2Values} converts them.
 */
final class V2Settings {

    private final List<Setting> settings = new ArrayList<>();

    private V2Settings() {}

    /**
     * The settings, in the order in which they are written.
     *
     * @param bfq whether block devices have the BFQ scheduler's weights
     */
    static List<Setting> of(Resources resources, boolean bfq) {
        V2Settings compiler = new V2Settings();
        compiler.memory(resources.memory());
        compiler.cpu(resources.cpu());
        compiler.limit("pids", "pids.max", resources.pids());
        compiler.blockIo(resources.blockIo(), bfq);
        for (Map.Entry<String, Long> limit : resources.hugepages().entrySet()) {
            String prefix = "hugetlb." + limit.getKey();
            compiler.limit("hugetlb", prefix + ".max", limit.getValue());
            compiler.settings.add(new Setting(
                    "hugetlb", prefix + ".rsvd.max", V2Values.limit(limit.getValue()), Setting.Kind.IF_THERE));
        }
        compiler.network(resources.network());
        for (Map.Entry<String, Resources.Rdma> limit : resources.rdma().entrySet()) {
            compiler.settings.add(rdma(limit.getKey(), limit.getValue()));
        }
        for (Map.Entry<String, String> file : resources.unified().entrySet()) {
            String name = file.getKey();
            compiler.settings.add(Setting.of(name.substring(0, name.indexOf('.')), name, file.getValue()));
        }
        return compiler.settings;
    }

    private void memory(Resources.Memory memory) {
        limit("memory", "memory.max", memory.limit());
        if (memory.swap() != UNSET) {
            settings.add(new Setting(
                    "memory",
                    "memory.swap.max",
                    V2Values.limit(V2Values.swapAlone(memory.swap(), memory.limit())),
                    memory.swap() == Resources.UNLIMITED ? Setting.Kind.IF_THERE : Setting.Kind.REQUIRED));
        }
        limit("memory", "memory.low", memory.reservation());
        if (memory.swappiness() != UNSET) {
            settings.add(Setting.impossible("memory", "memory.swappiness exists in cgroup v1 only"));
        }
        if (memory.disableOomKiller()) {
            settings.add(Setting.impossible("memory", "memory.disableOOMKiller exists in cgroup v1 only"));
        }
    }

    private void cpu(Resources.Cpu cpu) {
        if (cpu.idle() != UNSET) {
            settings.add(Setting.of("cpu", "cpu.idle", cpu.idle()));
        }
        if (cpu.shares() != UNSET && cpu.idle() != 1) {
            settings.add(Setting.of("cpu", "cpu.weight", V2Values.cpuWeight(cpu.shares())));
        }
        if (cpu.quota() != UNSET || cpu.period() != UNSET) {
            settings.add(Setting.of("cpu", "cpu.max", V2Values.cpuMax(cpu.quota(), cpu.period())));
        }
        if (cpu.burst() != UNSET) {
            settings.add(Setting.of("cpu", "cpu.max.burst", cpu.burst()));
        }
        if (cpu.realtimeRuntime() != UNSET || cpu.realtimePeriod() != UNSET) {
            settings.add(Setting.impossible("cpu", "real-time cpu limits exist in cgroup v1 only"));
        }
        text("cpuset.cpus", cpu.cpus());
        text("cpuset.mems", cpu.mems());
    }

    private void blockIo(Resources.BlockIo io, boolean bfq) {
        if (io.weight() != UNSET) {
            settings.add(
                    bfq
                            ? Setting.of("io", "io.bfq.weight", io.weight())
                            : Setting.of("io", "io.weight", V2Values.ioWeight(io.weight())));
        }
        if (io.leafWeight() != UNSET) {
            settings.add(Setting.impossible("io", "blockIO.leafWeight exists in cgroup v1 only"));
        }
        for (Resources.DeviceWeight device : io.weightDevices()) {
            long weight = bfq ? device.weight() : V2Values.ioWeight(device.weight());
            settings.add(Setting.of(
                    "io", bfq ? "io.bfq.weight" : "io.weight", device.major() + ":" + device.minor() + " " + weight));
        }
        for (Resources.Throttle throttle : io.throttles()) {
            String key =
                    switch (throttle.rate()) {
                        case READ_BPS -> "rbps";
                        case WRITE_BPS -> "wbps";
                        case READ_IOPS -> "riops";
                        case WRITE_IOPS -> "wiops";
                    };
            settings.add(Setting.of(
                    "io",
                    "io.max",
                    throttle.major() + ":" + throttle.minor() + " " + key + "="
                            + (throttle.perSecond() == 0 ? "max" : throttle.perSecond())));
        }
    }

    private void network(Resources.Network network) {
        if (network.classId() != UNSET) {
            settings.add(Setting.impossible("net_cls", "network.classID exists in cgroup v1 only"));
        }
        if (!network.priorities().isEmpty()) {
            settings.add(Setting.impossible("net_prio", "network.priorities exist in cgroup v1 only"));
        }
    }

    /** The setting is the same in both versions. */
    static Setting rdma(String device, Resources.Rdma limits) {
        StringBuilder value = new StringBuilder(device);
        if (limits.hcaHandles() != UNSET) {
            value.append(" hca_handle=").append(limits.hcaHandles());
        }
        if (limits.hcaObjects() != UNSET) {
            value.append(" hca_object=").append(limits.hcaObjects());
        }
        return Setting.of("rdma", "rdma.max", value.toString());
    }

    private void limit(String controller, String file, long value) {
        if (value != UNSET) {
            settings.add(Setting.of(controller, file, V2Values.limit(value)));
        }
    }

    private void text(String file, String value) {
        if (!value.isEmpty()) {
            settings.add(Setting.of("cpuset", file, value));
        }
    }
}
