package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Properties of the native executable that the stages rely on; see docs/native.md. If a new version of the builder
 * changes one, the test of that name fails.
 */
@NativeOnly("the subject is the native executable")
class NativeExecutableIT {

    /**
     * The offset of {@code e_type} in an ELF header, and the value ET_EXEC: the program is loaded at its linked
     * address; man 5 elf.
     */
    private static final int TYPE = 16;

    private static final int ET_EXEC = 2;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    /** Relocations would write to, and so copy, each page of the image heap: 50 ms and 30 MiB for each process. */
    @Test
    void it_is_loaded_where_it_was_linked() throws IOException {
        byte[] program = Files.readAllBytes(Path.of(Launcher.command("version").get(0)));
        assertEquals(
                ET_EXEC, ByteBuffer.wrap(program).order(ByteOrder.nativeOrder()).getShort(TYPE));
    }

    /**
     * Only a process with one thread can enter a user namespace. A signal handler would take signals meant for the
     * command.
     */
    @Test
    void its_stages_have_one_thread_and_handle_no_signal() throws Exception {
        Process run = Launcher.start("--command", "sleep", "9797");
        try {
            Host.expectRunning("sleep 9797");
            List<Long> stages = new ArrayList<>(List.of(run.pid()));
            stages.addAll(Host.childrenOf(run.pid()));
            assertEquals(2, stages.size(), "run and child");
            for (long stage : stages) {
                String status = Host.read("/proc/" + stage + "/status");
                assertTrue(status.contains("\nThreads:\t1\n"), status);
                assertTrue(status.contains("\nSigCgt:\t0000000000000000\n"), status);
            }
        } finally {
            run.destroyForcibly();
            run.waitFor();
        }
        Host.expectEnded("sleep 9797");
    }

    /** A virtual machine may reserve address space for its maximum heap; man 2 setrlimit, RLIMIT_AS. */
    @Test
    void it_starts_under_a_limit_of_address_space() {
        List<String> words = new ArrayList<>(List.of("prlimit", "--as=4000000000"));
        words.addAll(Launcher.runCommand("--command", "echo", "room"));
        assertEquals("room\n", Launcher.execute(words, "").expect(0).out());
    }

    @Test
    void its_words_are_utf_8_in_every_locale() {
        for (String locale : List.of("C", "POSIX", "de_DE.ISO-8859-1", "C.UTF-8")) {
            List<String> words = new ArrayList<>(List.of("env", "LC_ALL=" + locale, "LANG=" + locale));
            words.addAll(Launcher.command(
                    "run",
                    "--rootfs",
                    Launcher.busybox().toString(),
                    "--hostname",
                    "x",
                    "--command",
                    "echo",
                    "größer €"));
            assertEquals("größer €\n", Launcher.execute(words, "").expect(0).out(), locale);
            List<String> wrong = new ArrayList<>(List.of("env", "LC_ALL=" + locale));
            wrong.addAll(Launcher.command("run", "--rootfs", "/größer", "--command", "true"));
            assertTrue(Launcher.execute(wrong, "").errorLine().contains("/größer"), locale);
        }
    }

    /** The virtual machine must not interpret arguments as its own. */
    @Test
    void arguments_of_a_jvm_are_the_commands() {
        Launcher.Result result = Launcher.run("--command", "echo", "-Xmx1g", "-Da=b", "-XX:+PrintGC");
        assertEquals("-Xmx1g -Da=b -XX:+PrintGC\n", result.expect(0).out());
        assertTrue(Launcher.rustyrun("-Xmx1g").errorLine().contains("unknown option -Xmx1g"));
    }
}
