package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.RecordingLibC;
import dev.rustyrun.spec.HostFailure;
import dev.rustyrun.spec.Resources;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Error messages for errors of the kernel, which a test double returns. */
class CgroupErrorsTest {

    private static final String V1 = "36 30 0:32 / /cg/memory rw - cgroup cgroup rw,memory\n";
    private static final String V2 = "36 30 0:32 / /cg rw - cgroup2 cgroup2 rw\n";

    private final RecordingLibC kernel = new RecordingLibC();

    private Cgroup group(String mountinfo, String controllers) {
        return Cgroup.at(
                kernel.linux(),
                CgroupLayout.of(CgroupMounts.parse(mountinfo), "", controllers),
                CgroupPath.of("", "web"));
    }

    private static String message(Runnable action) {
        String message = assertThrows(CgroupException.class, action::run).getMessage();
        assertFalse(message.contains("\n"), message);
        return message;
    }

    private static Resources memory(long limit, long swap) {
        return Resources.none()
                .withMemory(Resources.Memory.NONE.withLimit(limit).withSwap(swap));
    }

    @Test
    void no_cgroups_at_all() {
        assertTrue(message(() -> group("", "")).startsWith("no control groups are mounted here"));
    }

    @Test
    void without_root_the_error_advises_root_or_delegation() {
        kernel.failing("mkdirat", Errno.EACCES);
        assertEquals(
                "cannot make the cgroup /cg/memory/rustyrun/web: EACCES (Permission denied); this part of the cgroup tree"
                        + " is not delegated to this user: run as root, or have the subtree delegated",
                message(() -> group(V1, "").create(Cgroup.Hierarchies.NEEDED)));
    }

    @Test
    void a_shortage_is_recognized_by_the_errno_and_not_by_the_message() {
        assertEquals(HostFailure.Kind.SHORTAGE, kind(Errno.EROFS));
        assertEquals(HostFailure.Kind.SHORTAGE, kind(Errno.ENOMEM));
        assertEquals(HostFailure.Kind.CGROUP, kind(Errno.EACCES));
        assertEquals(
                HostFailure.Kind.CGROUP,
                new CgroupException("/cg/EROFS is in use").failure().kind());
    }

    private static HostFailure.Kind kind(int errno) {
        return CgroupException.of("it", LinuxException.of("mkdir", errno), "")
                .failure()
                .kind();
    }

    @Test
    void mounted_read_only() {
        kernel.failing("mkdirat", Errno.EROFS);
        assertTrue(message(() -> group(V2, "memory").create(Cgroup.Hierarchies.NEEDED))
                .endsWith("in a container, run it privileged or mount them writable"));
    }

    @Test
    void a_missing_controller() {
        String v1 = message(() -> group(V1, "").apply(Resources.none().withPids(5)));
        assertTrue(v1.startsWith("this machine has no cgroup controller \"pids\", so its limits cannot be set"), v1);
        String v2 = message(() -> group(V2, "").apply(Resources.none().withPids(5)));
        assertTrue(v2.startsWith("cgroup v2 here has no controller \"pids\", so limits of \"pids\" cannot be set"), v2);
        String hybrid = message(() ->
                group(V1 + V2.replace("/cg", "/u"), "").apply(Resources.none().withPids(5)));
        assertTrue(hybrid.startsWith("cgroup v2 here has no controller \"pids\""), hybrid);
    }

    @Test
    void memory_that_is_used_already() {
        kernel.failing("open(/cg/memory/rustyrun/web/memory.limit_in_bytes", Errno.EBUSY);
        assertEquals(
                "cannot set memory.limit_in_bytes to \"4096\" in /cg/memory/rustyrun/web: EBUSY (Device or resource busy);"
                        + " the container already uses more than that",
                message(() -> group(V1, "").apply(memory(4096, Resources.UNSET))));
    }

    @Test
    void a_kernel_that_does_not_count_swap_but_no_limit_is_asked_for() {
        kernel.failing("open(/cg/memory/rustyrun/web/memory.memsw", Errno.ENOENT);
        group(V1, "").apply(memory(4096, -1));
        assertTrue(message(() -> group(V1, "").apply(memory(4096, 4096))).endsWith("(boot it with swapaccount=1)"));
    }

    @Test
    void swap_is_raised_first_when_memory_would_be_more_than_both() {
        kernel.failing("open(/cg/memory/rustyrun/web/memory.limit", Errno.EINVAL);
        message(() -> group(V1, "").apply(memory(4096, 8192)));
        List<String> opened = kernel.calls().stream()
                .filter(call -> call.startsWith("open(/cg/memory/rustyrun/web/memory."))
                .map(call -> call.substring(call.indexOf("memory.") + 7, call.indexOf(',')))
                .toList();
        assertEquals(List.of("limit_in_bytes", "memsw.limit_in_bytes", "limit_in_bytes"), opened);
    }

    @Test
    void unified_needs_v2() {
        Resources unified = Resources.none().withUnified(Map.of("memory.high", "1"));
        assertEquals(
                "\"unified\" names files of cgroup v2, and this machine has v1 only",
                message(() -> group(V1, "").apply(unified)));
        assertEquals(
                "\"unified\" names memory.high of cgroup v2, but v1 has the controller memory on this machine",
                message(() -> group(V1 + V2.replace("/cg", "/u"), "").apply(unified)));
    }

    @Test
    void settings_of_v1_only() {
        Resources swappiness = Resources.none()
                .withMemory(new Resources.Memory(Resources.UNSET, Resources.UNSET, Resources.UNSET, 10, false, false));
        assertEquals(
                "memory.swappiness exists in cgroup v1 only, and here the controller is not v1's",
                message(() -> group(V2, "memory").apply(swappiness)));
    }

    @Test
    void a_group_that_cannot_be_removed() {
        kernel.failing("unlinkat", Errno.EPERM);
        assertTrue(
                message(group(V1, "")::remove).startsWith("cannot remove the cgroup /cg/memory/rustyrun/web: EPERM"));
    }
}
