package dev.rustyrun.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** libseccomp and seccomp(2) on the real kernel. Needs no root, because a filter ends with its thread. */
class SeccompLibraryTest {

    private static final int ALLOW = 0x7fff0000;
    private static final int ERRNO_EXDEV = 0x00050000 | Errno.EXDEV;

    private static SeccompLibrary library() {
        try {
            return SeccompLibrary.open();
        } catch (MissingLibraryException e) {
            assumeTrue(false, "skipped: libseccomp2 is not installed: " + e.getMessage());
            throw e;
        }
    }

    @Test
    void a_missing_library_is_reported_in_one_line() {
        MissingLibraryException e =
                assertThrows(MissingLibraryException.class, () -> SeccompLibrary.open("libseccomp-is-not-here.so.2"));
        assertTrue(e.getMessage().contains("libseccomp-is-not-here.so.2"), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    @Test
    void the_library_reports_its_version_and_knows_calls() {
        SeccompLibrary library = library();
        assertTrue(library.version().matches("2\\.\\d+\\.\\d+"), library.version());
        assertTrue(library.apiLevel() >= 1, "API level " + library.apiLevel());
        assertTrue(library.knows("read"));
        assertFalse(library.knows("no_such_call"));
        assertEquals(3, library.number(0x40000003, "read"), "on i386");
        assertTrue(library.number(0xC00000B7, "open") < 0, "AArch64 has only openat");
    }

    @Test
    void a_refusal_of_the_library_has_its_errno() {
        try (SeccompLibrary.Filter filter = library().filter(ALLOW)) {
            LinuxException e = assertThrows(LinuxException.class, () -> filter.addRule(ALLOW, "read"));
            assertEquals("seccomp_rule_add(read): EACCES (Permission denied)", e.getMessage());
        }
    }

    @Test
    void an_installed_filter_decides_about_this_threads_calls() throws Exception {
        byte[] program;
        try (SeccompLibrary.Filter filter = library().filter(ALLOW)) {
            filter.addRule(ERRNO_EXDEV, "chdir");
            program = filter.export();
        }
        CompletableFuture<LinuxException> refused = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                Linux linux = Linux.host();
                linux.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1);
                assertEquals(0, linux.installSeccomp(program, 0));
                refused.complete(assertThrows(LinuxException.class, () -> linux.changeDirectory(".")));
            } catch (Throwable e) {
                refused.completeExceptionally(e);
            }
        });
        thread.start();
        assertEquals(Errno.EXDEV, refused.get().errno());
        thread.join();
        Linux.host().changeDirectory(".");
    }

    @Test
    void an_invalid_program_is_refused_by_the_kernel() {
        LinuxException e = assertThrows(LinuxException.class, () -> Linux.host().installSeccomp(new byte[8], 0));
        // EACCES without root, which would need no_new_privs first.
        assertTrue(
                e.getMessage().matches("seccomp SECCOMP_SET_MODE_FILTER\\(1, 0\\): (EINVAL|EACCES) .*"),
                e.getMessage());
    }

    @Test
    void a_listener_comes_as_a_descriptor() {
        RecordingLibC kernel = new RecordingLibC();
        assertEquals(10, kernel.linux().installSeccomp(new byte[8], 1 << 3));
        assertEquals("seccomp(1, 8)", kernel.calls().get(0));
    }
}
