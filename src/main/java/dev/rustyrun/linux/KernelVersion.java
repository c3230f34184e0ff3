package dev.rustyrun.linux;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Linux version's first two numbers. */
public record KernelVersion(int major, int minor) {

    private static final Pattern START = Pattern.compile("(\\d+)\\.(\\d+)");

    /** The file that has the running kernel's. Distributions add features to old ones, so prefer a try to a comparison. */
    public static final String RUNNING = "/proc/sys/kernel/osrelease";

    /** Reads the version at the start of {@code release}. */
    public static KernelVersion parse(String release) {
        Matcher matcher = START.matcher(release);
        if (!matcher.lookingAt()) {
            throw new IllegalStateException("\"" + release + "\" is no kernel version");
        }
        return new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** Whether it is this version or a newer one. */
    public boolean atLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || major == otherMajor && minor >= otherMinor;
    }

    /** Whether it is this version or a newer one. */
    public boolean atLeast(String version) {
        KernelVersion other = parse(version);
        return atLeast(other.major, other.minor);
    }
}
