package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.spec.DeviceRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceProgramTest {

    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;
    private static final int MKNOD = 1;
    private static final int READ = 2;
    private static final int WRITE = 4;

    private static final TinyBpf DEFAULTS = new TinyBpf(DeviceProgram.compile(DeviceRule.withDefaults(List.of())));

    @ParameterizedTest
    @CsvSource({
        "null,2,6,1,3,1",
        "zero,2,6,1,5,1",
        "full,2,2,1,7,1",
        "random,2,6,1,8,1",
        "urandom,2,2,1,9,1",
        "tty,2,6,5,0,1",
        "console,2,6,5,1,0",
        "ptmx,2,6,5,2,1",
        "pts/7,2,6,136,7,1",
        "mem,2,2,1,1,0",
        "kmsg,2,4,1,11,0",
        "sda,1,2,8,0,0",
        "sda made,1,1,8,0,1",
        "fuse made,2,1,10,229,1",
        "fuse,2,6,10,229,0",
        "fuse made and read,2,3,10,229,0",
        "block 1:3,1,2,1,3,0",
        "pts of 137,2,2,137,0,0"
    })
    void the_defaults(String name, int type, int access, int major, int minor, int allowed) {
        assertEquals(allowed, DEFAULTS.run(type, access, major, minor), name);
    }

    private static DeviceRule rule(boolean allow, DeviceRule.Type type, long major, long minor, String access) {
        return new DeviceRule(allow, type, major, minor, access);
    }

    @Test
    void the_last_rule_about_an_access_decides() {
        TinyBpf program = new TinyBpf(DeviceProgram.compile(List.of(
                rule(true, DeviceRule.Type.ALL, -1, -1, "rwm"),
                rule(false, DeviceRule.Type.CHARACTER, 1, 3, "w"),
                rule(false, DeviceRule.Type.BLOCK, 8, -1, "rwm"),
                rule(true, DeviceRule.Type.BLOCK, 8, 1, "r"))));
        assertEquals(1, program.run(CHARACTER, READ, 1, 3));
        assertEquals(0, program.run(CHARACTER, WRITE, 1, 3));
        assertEquals(0, program.run(CHARACTER, READ | WRITE, 1, 3), "one of two is denied");
        assertEquals(1, program.run(BLOCK, READ, 8, 1));
        assertEquals(0, program.run(BLOCK, READ | MKNOD, 8, 1));
        assertEquals(1, program.run(BLOCK, WRITE, 9, 1));
    }

    @Test
    void accesses_may_be_allowed_by_several_rules_together() {
        TinyBpf program = new TinyBpf(DeviceProgram.compile(List.of(
                rule(true, DeviceRule.Type.CHARACTER, 1, -1, "r"), rule(true, DeviceRule.Type.CHARACTER, -1, 3, "w"))));
        assertEquals(1, program.run(CHARACTER, READ | WRITE, 1, 3));
        assertEquals(0, program.run(CHARACTER, READ | WRITE, 1, 4));
        assertEquals(0, program.run(BLOCK, READ, 1, 3));
    }

    @Test
    void no_rules_deny_all() {
        assertEquals(0, new TinyBpf(DeviceProgram.compile(List.of())).run(CHARACTER, READ, 1, 3));
    }
}
