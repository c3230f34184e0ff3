package dev.rustyrun.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.ProbedCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The machine on which the tests run, whatever its features. */
class HostMachineTest {

    private final Machine machine = new HostMachine(Linux.host(), false);

    private static String namespaces() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String name : "mnt uts ipc pid net cgroup user".split(" ")) {
            all.append(Files.readSymbolicLink(Path.of("/proc/thread-self/ns", name)))
                    .append(' ');
        }
        return all + Files.readString(Path.of("/proc/self/mountinfo"));
    }

    @Test
    void examining_leaves_this_process_and_its_mounts_as_they_were() throws IOException {
        String before = namespaces();
        machine.unshare(CloneFlag.CLONE_NEWNS.value() | CloneFlag.CLONE_NEWUTS.value());
        assertFalse(new Doctor(machine).examine().isEmpty());
        assertEquals(before, namespaces());
    }

    @Test
    void no_check_fails_here() {
        assertTrue(
                new Doctor(machine).examine().stream().noneMatch(f -> f.fact().startsWith("check failed")),
                () -> new Doctor(machine).examine().toString());
    }

    @Test
    void the_output_of_a_refused_command_is_reported_in_one_line() {
        Assumptions.assumeTrue(
                machine.inUserNamespace("-m --propagation unchanged", "true") instanceof Trial.Done,
                "this machine or user cannot make user namespaces, or has no unshare(1)");
        assertEquals(
                new Trial.Refused("no; way"),
                machine.inUserNamespace("-m --propagation unchanged", "sh", "-c", "echo no; echo way >&2; exit 3"));
    }

    @Test
    void a_probed_call_never_succeeds() {
        for (ProbedCall call : ProbedCall.values()) {
            assertNotEquals(0, machine.errnoOf(call), call.name());
        }
        assertEquals(Errno.EINVAL, machine.errnoOf(ProbedCall.OPENAT2));
    }

    @Test
    void a_number_below_proc_sys_is_read_whole() {
        assertTrue(Integer.parseInt(machine.line("/proc/sys/kernel/pid_max")) > 9);
    }

    @Test
    void missing_files_are_empty_and_no_error() {
        assertTrue(machine.text("/no/such/file").isEmpty());
        assertFalse(machine.exists("/no/such/file"));
        assertFalse(machine.mayWrite("/no/such/file"));
        assertFalse(machine.raisesRights("/bin/sh"));
    }
}
