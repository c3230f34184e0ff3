package dev.rustyrun.spec;

/**
 * The properties of a machine on which a seccomp profile may depend.
 *
 * @param arch architecture of the kernel
 * @param kernelRelease release as in uname(2), such as {@code 6.8.0-45-generic}
 */
public record Machine(Seccomp.Arch arch, String kernelRelease) {

    /**
     * The machine on which this process runs.
     *
     * @throws InvalidSpecException on an architecture that Rustyrun does not support
     */
    public static Machine current() {
        String arch = System.getProperty("os.arch");
        return new Machine(
                switch (arch) {
                    case "amd64", "x86_64" -> Seccomp.Arch.X86_64;
                    case "aarch64" -> Seccomp.Arch.AARCH64;
                    default ->
                        throw new InvalidSpecException("no seccomp filters on " + arch + ": use --seccomp unconfined");
                },
                System.getProperty("os.version"));
    }

    /** Whether the kernel is {@code major.minor} or newer; true for a release that cannot be parsed. */
    public boolean hasKernel(int major, int minor) {
        int dot = kernelRelease.indexOf('.');
        int hasMajor = leadingNumber(kernelRelease);
        int hasMinor = leadingNumber(kernelRelease.substring(dot + 1));
        if (dot < 1 || hasMajor < 0 || hasMinor < 0) {
            return true;
        }
        return hasMajor > major || hasMajor == major && hasMinor >= minor;
    }

    /** The number at the start of {@code text}, or -1. */
    private static int leadingNumber(String text) {
        int number = -1;
        for (int i = 0; i < text.length() && i < 6 && text.charAt(i) >= '0' && text.charAt(i) <= '9'; i++) {
            number = Math.max(number, 0) * 10 + text.charAt(i) - '0';
        }
        return number;
    }
}
