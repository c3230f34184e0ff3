package dev.rustyrun.spec;

import java.util.List;
import java.util.Map;

/**
 * The resource limits of a container: {@code linux.resources} of runtime-spec config-linux.md, "Control groups".
 * {@link ResourcesValidator} checks the values. A number that was not set is {@link #UNSET}, a string that was not set
 * is empty.
 *
 * @param devices rules about devices; a later rule overrides an earlier one, and a device without a rule is denied;
 *     empty for no restriction. {@link DeviceRule#withDefaults} completes a list
 * @param memory memory limits
 * @param cpu processor time, and the processors that may be used
 * @param pids maximum number of processes and threads, -1 for no limit
 * @param blockIo weights and limits of block devices
 * @param hugepages maximum number of bytes by page size, such as {@code 2MB}
 * @param network classification of traffic, v1 only
 * @param rdma maximum number of handles and objects by RDMA device
 * @param unified values by cgroup v2 file name; written unchanged, after all others
 */
public record Resources(
        List<DeviceRule> devices,
        Memory memory,
        Cpu cpu,
        long pids,
        BlockIo blockIo,
        Map<String, Long> hugepages,
        Network network,
        Map<String, Rdma> rdma,
        Map<String, String> unified) {

    /** A number that was not set: the kernel's value stays unchanged. */
    public static final long UNSET = Long.MIN_VALUE;
    /** No limit, where config-linux.md allows -1. */
    public static final long UNLIMITED = -1;

    private static final Resources NONE = new Resources(
            List.of(), Memory.NONE, Cpu.NONE, UNSET, BlockIo.NONE, Map.of(), Network.NONE, Map.of(), Map.of());

    public Resources {
        devices = List.copyOf(devices);
        hugepages = Map.copyOf(hugepages);
        rdma = Map.copyOf(rdma);
        unified = Map.copyOf(unified);
    }

    /** No limits. */
    public static Resources none() {
        return NONE;
    }

    /** Whether there are no limits. */
    public boolean isEmpty() {
        return equals(NONE);
    }

    public Resources withDevices(List<DeviceRule> rules) {
        return new Resources(rules, memory, cpu, pids, blockIo, hugepages, network, rdma, unified);
    }

    public Resources withMemory(Memory limits) {
        return new Resources(devices, limits, cpu, pids, blockIo, hugepages, network, rdma, unified);
    }

    public Resources withCpu(Cpu limits) {
        return new Resources(devices, memory, limits, pids, blockIo, hugepages, network, rdma, unified);
    }

    public Resources withPids(long limit) {
        return new Resources(devices, memory, cpu, limit, blockIo, hugepages, network, rdma, unified);
    }

    public Resources withBlockIo(BlockIo limits) {
        return new Resources(devices, memory, cpu, pids, limits, hugepages, network, rdma, unified);
    }

    public Resources withHugepages(Map<String, Long> limits) {
        return new Resources(devices, memory, cpu, pids, blockIo, limits, network, rdma, unified);
    }

    public Resources withNetwork(Network marks) {
        return new Resources(devices, memory, cpu, pids, blockIo, hugepages, marks, rdma, unified);
    }

    public Resources withRdma(Map<String, Rdma> limits) {
        return new Resources(devices, memory, cpu, pids, blockIo, hugepages, network, limits, unified);
    }

    public Resources withUnified(Map<String, String> files) {
        return new Resources(devices, memory, cpu, pids, blockIo, hugepages, network, rdma, files);
    }

    /**
     * config-linux.md, "Memory". Limits of kernel memory are not supported, because kernels no longer enforce them.
     *
     * @param limit bytes, or -1
     * @param reservation bytes that the container keeps when memory is short, or -1
     * @param swap bytes of memory and swap together, or -1
     * @param swappiness 0 to 100, v1 only
     * @param disableOomKiller makes a process that needs more memory wait instead of killing it, v1 only
     * @param checkBeforeUpdate rejects a limit that is already exceeded instead of killing
     */
    public record Memory(
            long limit,
            long reservation,
            long swap,
            long swappiness,
            boolean disableOomKiller,
            boolean checkBeforeUpdate) {

        /** The minimum limit in bytes: a static program needs some pages, and the kernel charges memory in batches. */
        public static final long MIN_LIMIT = 512 * 1024;

        public static final Memory NONE = new Memory(UNSET, UNSET, UNSET, UNSET, false, false);

        public Memory withLimit(long bytes) {
            return new Memory(bytes, reservation, swap, swappiness, disableOomKiller, checkBeforeUpdate);
        }

        public Memory withReservation(long bytes) {
            return new Memory(limit, bytes, swap, swappiness, disableOomKiller, checkBeforeUpdate);
        }

        public Memory withSwap(long bytes) {
            return new Memory(limit, reservation, bytes, swappiness, disableOomKiller, checkBeforeUpdate);
        }
    }

    /**
     * config-linux.md, "CPU".
     *
     * @param shares relative weight, 2 to 262144; the default is 1024
     * @param quota microseconds of processor time in each period, or -1
     * @param burst microseconds of unused quota that may be accumulated
     * @param period length of a period in microseconds
     * @param realtimeRuntime microseconds in each real-time period, v1 only
     * @param realtimePeriod length of a real-time period in microseconds, v1 only
     * @param cpus processors such as {@code 0-3,5}, or empty
     * @param mems memory nodes, or empty
     * @param idle 1 to run only when nothing else wants to, 0 for normal scheduling
     */
    public record Cpu(
            long shares,
            long quota,
            long burst,
            long period,
            long realtimeRuntime,
            long realtimePeriod,
            String cpus,
            String mems,
            long idle) {

        public static final Cpu NONE = new Cpu(UNSET, UNSET, UNSET, UNSET, UNSET, UNSET, "", "", UNSET);

        public Cpu withShares(long weight) {
            return new Cpu(weight, quota, burst, period, realtimeRuntime, realtimePeriod, cpus, mems, idle);
        }

        public Cpu withQuota(long microseconds, long everyMicroseconds) {
            return new Cpu(
                    shares, microseconds, burst, everyMicroseconds, realtimeRuntime, realtimePeriod, cpus, mems, idle);
        }

        public Cpu withCpus(String list) {
            return new Cpu(shares, quota, burst, period, realtimeRuntime, realtimePeriod, list, mems, idle);
        }

        public Cpu withMems(String list) {
            return new Cpu(shares, quota, burst, period, realtimeRuntime, realtimePeriod, cpus, list, idle);
        }
    }

    /**
     * config-linux.md, "Block IO". The kernel rejects the leaf weights, which were removed together with their I/O
     * scheduler.
     *
     * @param weight 10 to 1000
     * @param leafWeight 10 to 1000
     * @param weightDevices weights of individual devices
     * @param throttles limits of individual devices
     */
    public record BlockIo(long weight, long leafWeight, List<DeviceWeight> weightDevices, List<Throttle> throttles) {

        public static final BlockIo NONE = new BlockIo(UNSET, UNSET, List.of(), List.of());

        public BlockIo {
            weightDevices = List.copyOf(weightDevices);
            throttles = List.copyOf(throttles);
        }

        public BlockIo withWeight(long newWeight) {
            return new BlockIo(newWeight, leafWeight, weightDevices, throttles);
        }

        public BlockIo withThrottles(List<Throttle> limits) {
            return new BlockIo(weight, leafWeight, weightDevices, limits);
        }
    }

    /** The weight of one block device. */
    public record DeviceWeight(long major, long minor, long weight, long leafWeight) {}

    /** The rate that a {@link Throttle} limits: {@code throttleReadBpsDevice} and the three similar fields. */
    public enum Rate {
        READ_BPS,
        WRITE_BPS,
        READ_IOPS,
        WRITE_IOPS
    }

    /** A limit of {@code perSecond} bytes or operations on a block device; 0 for no limit. */
    public record Throttle(Rate rate, long major, long minor, long perSecond) {}

    /**
     * config-linux.md, "Network".
     *
     * @param classId class id of {@code net_cls}, 32 bits
     * @param priorities priorities by interface name
     */
    public record Network(long classId, Map<String, Long> priorities) {

        public static final Network NONE = new Network(UNSET, Map.of());

        public Network {
            priorities = Map.copyOf(priorities);
        }
    }

    /** config-linux.md, "RDMA": the maximum number of handles and objects. */
    public record Rdma(long hcaHandles, long hcaObjects) {}
}
