package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.cgroup.systemd.UnitProperty;
import dev.rustyrun.cgroup.systemd.Variant;
import dev.rustyrun.spec.DeviceRule;
import dev.rustyrun.spec.Resources;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UnitLimitsTest {

    private static final Resources NONE = Resources.none();

    private static Map<String, Object> of(Resources resources, boolean pure) {
        Map<String, Object> values = new TreeMap<>();
        for (UnitProperty property : UnitLimits.of(resources, pure, 252)) {
            values.put(property.name(), property.value().value());
        }
        return values;
    }

    @Test
    void each_layout_has_its_names() {
        Resources limits = NONE.withMemory(Resources.Memory.NONE
                        .withLimit(1000)
                        .withReservation(500)
                        .withSwap(1500))
                .withCpu(Resources.Cpu.NONE
                        .withShares(1024)
                        .withQuota(50_000, 100_000)
                        .withCpus("0-1,9"))
                .withPids(-1)
                .withBlockIo(Resources.BlockIo.NONE.withWeight(500));
        assertEquals(
                Map.of(
                        "MemoryMax", 1000L,
                        "MemoryLow", 500L,
                        "MemorySwapMax", 500L,
                        "CPUWeight", 39L,
                        "CPUQuotaPerSecUSec", 500_000L,
                        "CPUQuotaPeriodUSec", 100_000L,
                        "AllowedCPUs", List.of(3L, 2L),
                        "TasksMax", -1L,
                        "IOWeight", 4950L),
                of(limits, true));
        assertEquals(
                Map.of(
                        "MemoryLimit", 1000L,
                        "CPUShares", 1024L,
                        "CPUQuotaPerSecUSec", 500_000L,
                        "CPUQuotaPeriodUSec", 100_000L,
                        "TasksMax", -1L,
                        "BlockIOWeight", 500L),
                of(limits, false));
    }

    @Test
    void without_limits_no_property_is_set() {
        assertEquals(Map.of(), of(NONE, true));
    }

    @Test
    void a_quota_is_rounded_up_to_the_precision_of_a_unit_file() {
        assertEquals(
                340_000L,
                of(NONE.withCpu(Resources.Cpu.NONE.withQuota(33_333, 100_000)), true)
                        .get("CPUQuotaPerSecUSec"));
        assertEquals(
                -1L,
                of(NONE.withCpu(Resources.Cpu.NONE.withQuota(Resources.UNLIMITED, 100_000)), true)
                        .get("CPUQuotaPerSecUSec"));
    }

    @Test
    void devices_are_allowed_by_number() {
        Map<String, Object> some = of(
                NONE.withDevices(
                        DeviceRule.withDefaults(List.of(new DeviceRule(true, DeviceRule.Type.BLOCK, 8, 1, "r")))),
                true);
        assertEquals("strict", some.get("DevicePolicy"));
        List<?> allowed = (List<?>) some.get("DeviceAllow");
        for (List<String> entry : List.of(
                List.of("/dev/block/8:1", "r"),
                List.of("/dev/char/1:3", "rwm"),
                List.of("char-136", "rwm"),
                List.of("char-*", "m"))) {
            assertEquals(true, allowed.contains(entry), entry + " in " + allowed);
        }
        Map<String, Object> all =
                of(NONE.withDevices(List.of(new DeviceRule(true, DeviceRule.Type.ALL, -1, -1, "rwm"))), true);
        assertEquals(Map.of("DevicePolicy", "auto", "DeviceAllow", List.of()), all);
    }

    @Test
    void files_of_v2_with_a_property_are_set_in_systemd_too() {
        assertEquals(
                Map.of(
                        "MemoryHigh", 5L,
                        "MemoryMin", -1L,
                        "CPUQuotaPerSecUSec", 200_000L,
                        "CPUQuotaPeriodUSec", 50_000L,
                        "AllowedMemoryNodes", List.of(1L)),
                of(
                        NONE.withUnified(Map.of(
                                "memory.high",
                                "5",
                                "memory.min",
                                "max",
                                "cpu.max",
                                "10000 50000",
                                "cpuset.mems",
                                "0",
                                "hugetlb.2MB.max",
                                "1",
                                "io.max",
                                "8:0 rbps=1")),
                        true));
    }

    @Test
    void an_invalid_list_of_processors_is_checked_by_the_kernel() {
        assertEquals(Optional.empty(), UnitLimits.bits("0-"));
        assertEquals(Optional.empty(), UnitLimits.bits("5-2"));
        assertEquals(Optional.empty(), UnitLimits.bits("0-99999999"));
        assertEquals(Optional.of(List.of(0L, 128L)), UnitLimits.bits("15"));
    }

    @Test
    void old_versions_are_not_asked_for_what_they_do_not_know() {
        Resources limits =
                NONE.withCpu(Resources.Cpu.NONE.withQuota(1000, 50_000).withCpus("0"));
        assertEquals(
                List.of(new UnitProperty("CPUQuotaPerSecUSec", Variant.number(20_000))),
                UnitLimits.of(limits, true, 239));
    }
}
