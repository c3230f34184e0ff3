package dev.rustyrun.cgroup;

import static dev.rustyrun.spec.Resources.UNSET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Resources;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The settings that limits become in each cgroup version. */
class SettingsTest {

    private static final Resources NONE = Resources.none();

    private static List<String> v1(Resources resources) {
        return words(V1Settings.of(resources, false));
    }

    private static List<String> v2(Resources resources) {
        return words(V2Settings.of(resources, false));
    }

    private static List<String> words(List<Setting> settings) {
        return settings.stream()
                .map(s -> (s.file().isEmpty() ? s.kind() : s.file()) + "=" + s.value())
                .toList();
    }

    @Test
    void no_limits_are_no_settings() {
        assertEquals(List.of(), v1(NONE));
        assertEquals(List.of(), v2(NONE));
    }

    @Test
    void memory_and_swap() {
        Resources resources = NONE.withMemory(
                Resources.Memory.NONE.withLimit(1000).withSwap(1500).withReservation(700));
        assertEquals(
                List.of(
                        "memory.limit_in_bytes=1000",
                        "memory.memsw.limit_in_bytes=1500",
                        "memory.soft_limit_in_bytes=700"),
                v1(resources));
        assertEquals(List.of("memory.max=1000", "memory.swap.max=500", "memory.low=700"), v2(resources));
        Resources unlimited =
                NONE.withMemory(Resources.Memory.NONE.withLimit(-1).withSwap(-1));
        assertEquals(List.of("memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=-1"), v1(unlimited));
        assertEquals(List.of("memory.max=max", "memory.swap.max=max"), v2(unlimited));
    }

    @Test
    void settings_of_v1_only_are_impossible_in_v2() {
        Resources resources = NONE.withMemory(new Resources.Memory(UNSET, UNSET, UNSET, 10, true, false));
        assertEquals(List.of("memory.swappiness=10", "memory.oom_control=1"), v1(resources));
        assertTrue(V2Settings.of(resources, false).stream().allMatch(s -> s.kind() == Setting.Kind.IMPOSSIBLE));
        Resources network = NONE.withNetwork(new Resources.Network(0x10, Map.of("eth0", 3L)));
        assertEquals(List.of("net_cls.classid=16", "net_prio.ifpriomap=eth0 3"), v1(network));
        assertTrue(V2Settings.of(network, false).stream().allMatch(s -> s.kind() == Setting.Kind.IMPOSSIBLE));
    }

    @Test
    void processor_time() {
        Resources resources =
                NONE.withCpu(new Resources.Cpu(1024, 50_000, 1000, 100_000, UNSET, UNSET, "0-1", "0", UNSET));
        assertEquals(
                List.of(
                        "cpu.shares=1024",
                        "cpu.cfs_period_us=100000",
                        "cpu.cfs_quota_us=50000",
                        "cpu.cfs_burst_us=1000",
                        "cpuset.cpus=0-1",
                        "cpuset.mems=0"),
                v1(resources));
        assertEquals(
                List.of(
                        "cpu.weight=39",
                        "cpu.max=50000 100000",
                        "cpu.max.burst=1000",
                        "cpuset.cpus=0-1",
                        "cpuset.mems=0"),
                v2(resources));
    }

    @Test
    void a_group_that_only_idles_has_no_weight() {
        Resources resources = NONE.withCpu(new Resources.Cpu(512, UNSET, UNSET, UNSET, UNSET, UNSET, "", "", 1));
        assertEquals(List.of("cpu.idle=1"), v1(resources));
        assertEquals(List.of("cpu.idle=1"), v2(resources));
    }

    @ParameterizedTest
    @CsvSource({"2,1", "1024,39", "262144,10000", "512,20"})
    void shares_become_a_weight(long shares, long weight) {
        assertEquals(weight, V2Values.cpuWeight(shares));
    }

    @ParameterizedTest
    @CsvSource({"10,1", "1000,10000", "500,4950"})
    void block_weights_become_io_weights(long weight, long expected) {
        assertEquals(expected, V2Values.ioWeight(weight));
    }

    @Test
    void quota_and_period_may_each_be_missing() {
        assertEquals("max", V2Values.cpuMax(-1, UNSET));
        assertEquals("max 5000", V2Values.cpuMax(UNSET, 5000));
        assertEquals("7000", V2Values.cpuMax(7000, UNSET));
    }

    @Test
    void no_limit_of_processes_is_max_in_both() {
        assertEquals(List.of("pids.max=max"), v1(NONE.withPids(-1)));
        assertEquals(List.of("pids.max=max"), v2(NONE.withPids(-1)));
        assertEquals(List.of("pids.max=20"), v2(NONE.withPids(20)));
    }

    @Test
    void block_devices() {
        Resources resources = NONE.withBlockIo(new Resources.BlockIo(
                500,
                UNSET,
                List.of(new Resources.DeviceWeight(8, 0, 100, UNSET)),
                List.of(
                        new Resources.Throttle(Resources.Rate.READ_BPS, 8, 0, 1000),
                        new Resources.Throttle(Resources.Rate.WRITE_IOPS, 8, 16, 0))));
        assertEquals(
                List.of(
                        "blkio.weight=500",
                        "blkio.weight_device=8:0 100",
                        "blkio.throttle.read_bps_device=8:0 1000",
                        "blkio.throttle.write_iops_device=8:16 0"),
                v1(resources));
        assertEquals(
                List.of("io.weight=4950", "io.weight=8:0 910", "io.max=8:0 rbps=1000", "io.max=8:16 wiops=max"),
                v2(resources));
        assertEquals("io.bfq.weight=500", words(V2Settings.of(resources, true)).get(0));
        assertEquals(
                "blkio.bfq.weight=500", words(V1Settings.of(resources, true)).get(0));
    }

    @Test
    void huge_pages_rdma_and_the_rest() {
        Resources resources =
                NONE.withHugepages(Map.of("2MB", 4096L)).withRdma(Map.of("mlx", new Resources.Rdma(2, UNSET)));
        assertEquals(
                List.of(
                        "hugetlb.2MB.limit_in_bytes=4096",
                        "hugetlb.2MB.rsvd.limit_in_bytes=4096",
                        "rdma.max=mlx hca_handle=2"),
                v1(resources));
        assertEquals(
                List.of("hugetlb.2MB.max=4096", "hugetlb.2MB.rsvd.max=4096", "rdma.max=mlx hca_handle=2"),
                v2(resources));
        assertEquals(
                List.of("pids.max=5", "memory.high=9"),
                v2(NONE.withPids(5).withUnified(Map.of("memory.high", "9"))),
                "unified comes last");
    }
}
