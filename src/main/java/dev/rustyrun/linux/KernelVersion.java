package dev.rustyrun.linux;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Major and minor version of a Linux kernel. */
public record KernelVersion(int major, int minor) {

    private static final Pattern START = Pattern.compile("(\\d+)\\.(\\d+)");

    /**
     * The file with the running kernel's version. Distributions backport features, so prefer trying a call to comparing
     * versions.
     */
    public static final String RUNNING = "/proc/sys/kernel/osrelease";

    /** Reads the version at the start of {@code release}. */
    public static KernelVersion parse(String release) {
        Matcher matcher = START.matcher(release);
        if (!matcher.lookingAt()) {
            throw new IllegalStateException("\"" + release + "\" is not a kernel version");
        }
        return new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** Whether this version is the given one or newer. */
    public boolean atLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || major == otherMajor && minor >= otherMinor;
    }

    /** Whether this version is the given one or newer. */
    public boolean atLeast(String version) {
        KernelVersion other = parse(version);
        return atLeast(other.major, other.minor);
    }
}
