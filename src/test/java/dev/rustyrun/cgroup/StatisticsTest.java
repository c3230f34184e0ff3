package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    private static Statistics.Texts texts(Map<String, String> files) {
        return (controller, file) -> files.getOrDefault(file, "");
    }

    @Test
    void v2_files_are_understood() {
        Statistics s = Statistics.ofV2(texts(Map.of(
                "memory.current",
                "4096\n",
                "memory.peak",
                "8192\n",
                "memory.max",
                "max\n",
                "memory.events",
                "low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\noom_group_kill 0\n",
                "cpu.stat",
                "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 9\nnr_throttled 4\nthrottled_usec 55\n",
                "pids.current",
                "3\n",
                "pids.max",
                "20\n",
                "pids.events",
                "max 6\n",
                "io.stat",
                "8:0 rbytes=100 wbytes=5 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=1 wbytes=2 rios=0\n")));
        assertEquals(
                new Statistics(
                        4096,
                        8192,
                        Statistics.UNLIMITED,
                        1,
                        30,
                        20,
                        10,
                        PerCpu.UNKNOWN,
                        55,
                        4,
                        3,
                        Statistics.UNKNOWN,
                        20,
                        6,
                        101,
                        7),
                s);
    }

    @Test
    void v1_files_are_understood() {
        Statistics s = Statistics.ofV1(texts(Map.of(
                "memory.usage_in_bytes",
                "4096\n",
                "memory.limit_in_bytes",
                "9223372036854771712\n",
                "memory.oom_control",
                "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
                "cpuacct.usage",
                "5000\n",
                "cpu.stat",
                "nr_periods 9\nnr_throttled 4\nthrottled_time 77000\n",
                "pids.max",
                "max\n",
                "pids.events",
                "max 1\n",
                "blkio.throttle.io_service_bytes_recursive",
                "8:0 Read 10\n8:0 Write 20\n8:0 Total 30\nTotal 30\n")));
        assertEquals(
                new Statistics(
                        4096,
                        -1,
                        Statistics.UNLIMITED,
                        2,
                        5,
                        -1,
                        -1,
                        PerCpu.UNKNOWN,
                        77,
                        4,
                        -1,
                        -1,
                        Statistics.UNLIMITED,
                        1,
                        10,
                        20),
                s);
    }

    @Test
    void v1_counts_the_time_on_each_processor() {
        PerCpu each = PerCpu.ofV1(texts(Map.of(
                "cpuacct.usage_percpu",
                "71881476 152696643 \n",
                "cpuacct.usage_all",
                "cpu user system\n0 68000000 4000000\n1 143984196 8000000\n")));
        assertEquals(
                new PerCpu(List.of(71881476L, 152696643L), List.of(4000000L, 8000000L), List.of(68000000L, 143984196L)),
                each);
        assertEquals(each, PerCpu.UNKNOWN.or(each));
    }

    @Test
    void missing_values_are_unknown() {
        Statistics s = Statistics.ofV2(texts(Map.of()));
        assertEquals(Statistics.UNKNOWN, s.memoryCurrent());
        assertEquals(Statistics.UNKNOWN, s.oomKills());
        assertEquals(Statistics.UNKNOWN, s.ioReadBytes());
        assertEquals(
                7, s.or(Statistics.ofV2(texts(Map.of("pids.current", "7")))).pidsCurrent());
    }

    @Test
    void a_key_is_not_found_inside_another() {
        assertEquals(1, Statistics.value("oom 3\noom_kill 1\n", "oom_kill"));
        assertEquals(3, Statistics.value("oom 3\noom_kill 1\n", "oom"));
        assertEquals(Statistics.UNKNOWN, Statistics.value("xoom_kill 1\n", "oom_kill"));
    }
}
