package dev.rustyrun.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checked facade, on a recording kernel and, where no root is needed, on the real one. */
class LinuxTest {

    @Test
    void a_failed_call_says_which_on_what_and_why_in_one_line() {
        Linux linux = new RecordingLibC().failing("mount", Errno.EPERM).linux();
        LinuxException e = assertThrows(
                LinuxException.class,
                () -> linux.mount(
                        "proc", "/proc", "proc", MountFlag.of(MountFlag.MS_NOSUID, MountFlag.MS_NODEV), null));
        assertEquals(
                "mount(\"proc\", \"/proc\", \"proc\", nosuid,nodev, null): EPERM (Operation not permitted)",
                e.getMessage());
        assertEquals(Errno.EPERM, e.errno());
    }

    @Test
    void a_real_failure_has_the_real_errno() {
        LinuxException e =
                assertThrows(LinuxException.class, () -> Linux.host().open("/no/such/file", FileFlag.O_RDONLY));
        assertEquals("open(\"/no/such/file\"): ENOENT (No such file or directory)", e.getMessage());
    }

    @Test
    void capabilities_are_those_that_the_kernel_reports() {
        Linux linux = Linux.host();
        String status = linux.readFile("/proc/thread-self/status");
        assertTrue(
                status.contains(
                        String.format("CapPrm:\t%016x\n", linux.capabilities().permitted())),
                status);
        assertTrue(
                status.contains(
                        String.format("CapEff:\t%016x\n", linux.capabilities().effective())),
                status);
        CapabilitySets words = new CapabilitySets(0x1_8000_0001L, 0x1ff_ffff_ffffL, 0x80_0000_0000L);
        assertEquals(words, CapabilitySets.decode(words.encode()));
    }

    @Test
    void a_real_file_is_read_and_its_kind_is_reported() {
        Linux linux = Linux.host();
        assertTrue(linux.status("/etc").isDirectory());
        assertTrue(linux.status("/bin/sh").isExecutableFile());
        byte[] buffer = new byte[4096];
        try (OpenFile file = new OpenFile(linux, linux.open("/proc/self/comm", FileFlag.O_RDONLY))) {
            assertEquals(
                    "java",
                    new String(buffer, 0, linux.read(file.descriptor(), buffer, 100), StandardCharsets.UTF_8).strip());
        }
    }

    @Test
    void a_descriptor_is_sent_through_a_socket() {
        Linux linux = Linux.host();
        int[] pair = linux.socketPair();
        int file = linux.open("/proc/self/comm", FileFlag.O_RDONLY);
        linux.send(pair[0], "hello".getBytes(StandardCharsets.US_ASCII), file);
        linux.send(pair[0], "bye".getBytes(StandardCharsets.US_ASCII), -1);
        linux.close(file);
        byte[] buffer = new byte[100];
        Received first = linux.receive(pair[1], buffer, 5);
        assertEquals("hello", new String(buffer, 0, first.count(), StandardCharsets.US_ASCII));
        assertEquals(
                "java",
                new String(buffer, 0, linux.read(first.descriptor(), buffer, 100), StandardCharsets.UTF_8).strip());
        Received second = linux.receive(pair[1], buffer, 100);
        assertEquals(3, second.count());
        assertEquals(-1, second.descriptor());
        List.of(pair[0], first.descriptor()).forEach(linux::close);
        assertEquals(0, linux.receive(pair[1], buffer, 100).count(), "the end");
        linux.close(pair[1]);
    }

    @Test
    void a_spawned_process_ends_with_its_status() {
        Linux linux = Linux.host();
        int pid = linux.spawn("/bin/sh", -1, List.of("sh", "-c", "exit $CODE"), List.of("CODE=7"));
        assertEquals(7, linux.await(pid).exitCode());
        int killed = linux.spawnCommand("/bin/sh", List.of("sh", "-c", "kill -TERM $$"), List.of());
        ChildStatus status = linux.await(killed);
        assertTrue(status.signalled());
        assertEquals(128 + 15, status.exitCode());
        assertFalse(linux.kill(killed, 15), "the process has ended");
        assertThrows(LinuxException.class, () -> linux.spawn("/no/such", -1, List.of("x"), List.of()));
    }

    @Test
    void a_pseudo_terminal_has_the_size_it_was_given() {
        Linux linux = Linux.host();
        int master = linux.open("/dev/ptmx", FileFlag.O_RDWR | FileFlag.O_NOCTTY);
        int peer = linux.openTerminalPeer(master);
        assertTrue(linux.isTerminal(peer));
        linux.setWindowSize(master, new WindowSize(33, 101));
        assertEquals(new WindowSize(33, 101), linux.windowSize(peer));
        TerminalMode before = linux.terminalMode(peer);
        linux.setTerminalMode(peer, before.raw());
        linux.writeAll(master, "a\r".getBytes(StandardCharsets.US_ASCII));
        byte[] buffer = new byte[10];
        assertEquals(2, linux.read(peer, buffer, 10), "raw: no line is waited for");
        assertEquals('\r', buffer[1], "raw: nothing is translated");
        linux.setTerminalMode(peer, before);
        assertArrayEquals(before.encode(), linux.terminalMode(peer).encode());
        linux.close(peer);
        linux.close(master);
    }

    @Test
    void structs_are_laid_out_as_the_kernel_reads_them() {
        assertEquals(24, new OpenHow(1, 2, 3).encode().length);
        assertEquals(32, new MountAttr(1, 2, 3).encode().length);
        assertEquals(0x0103, FileFlag.device(1, 3));
        assertEquals(0x100000L << 12 | 0x12L << 8 | 0x34L, FileFlag.device(0x12, 0x100034));
        assertEquals("SIGTERM", Signal.of(15).orElseThrow().name());
        assertTrue(SignalSet.all().containsAll(SignalSet.of(Signal.SIGTERM, Signal.SIGCHLD)));
        assertFalse(SignalSet.of(Signal.SIGTERM).containsAll(SignalSet.of(Signal.SIGHUP)));
    }

    @Test
    void flags_of_a_mount_become_attributes() {
        long flags = MountFlag.of(
                MountFlag.MS_RDONLY,
                MountFlag.MS_NOSUID,
                MountFlag.MS_NODEV,
                MountFlag.MS_NOEXEC,
                MountFlag.MS_NOATIME);
        assertEquals(0x1f, MountAttr.bits(flags));
        assertEquals(0x70, MountAttr.bitsToClear(flags, 0), "how access times are kept is one field");
        assertEquals(0x02, MountAttr.bitsToClear(MountFlag.MS_RDONLY.value(), MountFlag.MS_NOSUID.value()));
        assertEquals("ro,suid", MountAttr.describe(1, 2));
        assertEquals(
                "ro,nosuid,nodev,noexec,noatime",
                MountFlag.describe(MountFlag.of(
                        MountFlag.MS_RDONLY,
                        MountFlag.MS_NOSUID,
                        MountFlag.MS_NODEV,
                        MountFlag.MS_NOEXEC,
                        MountFlag.MS_NOATIME)));
    }
}
