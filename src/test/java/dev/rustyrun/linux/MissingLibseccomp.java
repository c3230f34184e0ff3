package dev.rustyrun.linux;

/** A machine without libseccomp2. */
public final class MissingLibseccomp {

    private MissingLibseccomp() {}

    /** Fails as on such a machine. */
    public static SeccompLibrary open() {
        return SeccompLibrary.open("libseccomp-is-not-installed.so.2");
    }
}
