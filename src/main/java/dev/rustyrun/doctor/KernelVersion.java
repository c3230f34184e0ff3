package dev.rustyrun.doctor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Linux version's first two numbers. */
record KernelVersion(int major, int minor) {

    private static final Pattern START = Pattern.compile("(\\d+)\\.(\\d+)");

    /** The running kernel's. Distributions add features to old ones, so prefer a try to a comparison. */
    static KernelVersion on(Machine machine) {
        return parse(machine.line("/proc/sys/kernel/osrelease"));
    }

    static KernelVersion parse(String release) {
        Matcher matcher = START.matcher(release);
        if (!matcher.lookingAt()) {
            throw new IllegalStateException("\"" + release + "\" is no kernel version");
        }
        return new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    boolean atLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || major == otherMajor && minor >= otherMinor;
    }

    boolean atLeast(String version) {
        KernelVersion other = parse(version);
        return atLeast(other.major, other.minor);
    }
}
