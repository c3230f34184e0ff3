package dev.rustyrun.spec;

import static dev.rustyrun.spec.Resources.UNSET;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourcesValidatorTest {

    private static final Resources.Memory MEMORY = Resources.Memory.NONE;
    private static final Resources.Cpu CPU = Resources.Cpu.NONE;
    private static final Resources.BlockIo IO = Resources.BlockIo.NONE;

    @Test
    void nothing_and_everything_sensible_pass() {
        assertDoesNotThrow(() -> ResourcesValidator.check(Resources.none()));
        assertDoesNotThrow(() -> ResourcesValidator.check(Resources.none()
                .withDevices(DeviceRule.withDefaults(List.of()))
                .withMemory(MEMORY.withLimit(1 << 26).withSwap(1 << 27).withReservation(1 << 25))
                .withCpu(CPU.withShares(1024)
                        .withQuota(50_000, 100_000)
                        .withCpus("0-3,5")
                        .withMems("0"))
                .withPids(-1)
                .withBlockIo(IO.withWeight(500)
                        .withThrottles(List.of(new Resources.Throttle(Resources.Rate.READ_BPS, 8, 0, 1 << 20))))
                .withHugepages(Map.of("2MB", 0L, "1GB", -1L))
                .withNetwork(new Resources.Network(0x100001, Map.of("eth0", 5L)))
                .withRdma(Map.of("mlx5_1", new Resources.Rdma(3, UNSET)))
                .withUnified(Map.of("memory.high", "1000000", "io.bfq.weight", "default 50"))));
    }

    static List<Arguments> wrong() {
        Resources none = Resources.none();
        return List.of(
                Arguments.of("memory.limit", none.withMemory(MEMORY.withLimit(-2))),
                Arguments.of(
                        "memory.swap", none.withMemory(MEMORY.withLimit(100).withSwap(99))),
                Arguments.of("memory.swap", none.withMemory(MEMORY.withSwap(99))),
                Arguments.of(
                        "memory.reservation",
                        none.withMemory(MEMORY.withLimit(100).withReservation(101))),
                Arguments.of(
                        "memory.swappiness",
                        none.withMemory(new Resources.Memory(UNSET, UNSET, UNSET, 101, false, false))),
                Arguments.of("cpu.shares", none.withCpu(CPU.withShares(1))),
                Arguments.of("cpu.shares", none.withCpu(CPU.withShares(262_145))),
                Arguments.of("cpu.quota", none.withCpu(CPU.withQuota(999, 100_000))),
                Arguments.of("cpu.period", none.withCpu(CPU.withQuota(50_000, 1_000_001))),
                Arguments.of(
                        "cpu.burst",
                        none.withCpu(new Resources.Cpu(UNSET, 1000, 1001, UNSET, UNSET, UNSET, "", "", UNSET))),
                Arguments.of(
                        "cpu.idle",
                        none.withCpu(new Resources.Cpu(UNSET, UNSET, UNSET, UNSET, UNSET, UNSET, "", "", 2))),
                Arguments.of("cpu.cpus", none.withCpu(CPU.withCpus("0-"))),
                Arguments.of("cpu.mems", none.withCpu(CPU.withMems("x"))),
                Arguments.of("pids.limit", none.withPids(-5)),
                Arguments.of("blockIO.weight", none.withBlockIo(IO.withWeight(9))),
                Arguments.of(
                        "blockIO throttle: major",
                        none.withBlockIo(IO.withThrottles(
                                List.of(new Resources.Throttle(Resources.Rate.WRITE_IOPS, -1, 0, 1))))),
                Arguments.of("hugepageLimits", none.withHugepages(Map.of("2048", 1L))),
                Arguments.of("network.classID", none.withNetwork(new Resources.Network(1L << 32, Map.of()))),
                Arguments.of("network.priorities", none.withNetwork(new Resources.Network(UNSET, Map.of("a b", 1L)))),
                Arguments.of("rdma.hcaHandles", none.withRdma(Map.of("m", new Resources.Rdma(-1, 1)))),
                Arguments.of(
                        "devices: access",
                        none.withDevices(List.of(new DeviceRule(true, DeviceRule.Type.CHARACTER, 1, 3, "x")))),
                Arguments.of(
                        "devices: minor",
                        none.withDevices(List.of(new DeviceRule(true, DeviceRule.Type.CHARACTER, 1, 1L << 32, "r")))));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void a_wrong_value_is_refused_by_its_fields_name(String field, Resources resources) {
        InvalidSpecException e = assertThrows(InvalidSpecException.class, () -> ResourcesValidator.check(resources));
        assertTrue(e.getMessage().startsWith(field), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../memory.max", "memory/max", "..", "memory.", "memory", "cgroup.procs", "", "a.b/../c.d"})
    void a_unified_name_cannot_leave_the_cgroup_nor_move_processes(String name) {
        assertThrows(
                InvalidSpecException.class,
                () -> ResourcesValidator.check(Resources.none().withUnified(Map.of(name, "1"))));
    }

    @Test
    void device_letters_are_those_of_the_specification() {
        assertEquals(DeviceRule.Type.CHARACTER, DeviceRule.Type.of("u"));
        assertEquals(DeviceRule.Type.ALL, DeviceRule.Type.of(""));
        assertThrows(InvalidSpecException.class, () -> DeviceRule.Type.of("p"));
    }
}
