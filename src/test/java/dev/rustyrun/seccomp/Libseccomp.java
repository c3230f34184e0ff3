package dev.rustyrun.seccomp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rustyrun.linux.MissingLibraryException;
import dev.rustyrun.linux.SeccompLibrary;

/** Skips tests that compile filters if libseccomp is missing. */
final class Libseccomp {

    private Libseccomp() {}

    static void assumeItIsInstalled() {
        assumeTrue(
                "amd64".equals(System.getProperty("os.arch")), "skipped: these tests know the numbers of x86-64 only");
        try {
            SeccompLibrary.open();
        } catch (MissingLibraryException e) {
            assumeTrue(false, "skipped: libseccomp2 is not installed, so nothing can be compiled: " + e.getMessage());
        }
    }
}
