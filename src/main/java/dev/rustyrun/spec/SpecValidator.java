package dev.rustyrun.spec;

import java.util.List;

/** Checks everything about a {@link Spec} that does not depend on the machine. */
public final class SpecValidator {

    private static final int HOST_NAME_MAX = 64;
    private static final int MAX_OOM_SCORE = 1000;

    private SpecValidator() {}

    /**
     * Checks {@code spec}.
     *
     * @throws InvalidSpecException for the first error
     */
    public static void check(Spec spec) {
        if (spec.hasProcess()) {
            checkProcess(spec.process());
        }
        checkName("hostname", spec.hostname());
        checkName("domainname", spec.domainname());
        absolute("rootfs", spec.root().path());
        if (ProcPaths.plain(spec.root().path()).equals("/")
                && !spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION)) {
            throw new InvalidSpecException("rootfs / is the host's own root: add --ephemeral to leave it unchanged");
        }
        if (spec.root().image().filter(image -> image.most() > 0).isPresent()
                && spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION)) {
            throw new InvalidSpecException("a storage size limits a layer on disk, but this container writes to"
                    + " memory: use --ephemeral=SIZE instead");
        }
        for (Spec.Mount mount : spec.mounts()) {
            checkMount(mount);
        }
        LinuxSpecValidator.check(spec);
        if (!spec.allowedHosts().isEmpty()) {
            checkAllowed(spec);
        }
        ConnectedNetwork.of(spec.annotations()).ifPresent(network -> network.check(spec.linux()));
    }

    private static void checkAllowed(Spec spec) {
        boolean own = spec.linux().isNew(LinuxSpec.NamespaceType.NETWORK)
                && spec.linux().isNew(LinuxSpec.NamespaceType.PID)
                && ConnectedNetwork.of(spec.annotations()).isEmpty();
        if (!own) {
            throw new InvalidSpecException(
                    "allowed hosts need a network without other access, --net none, and a new PID" + " namespace");
        }
    }

    private static void checkName(String what, String name) {
        if (name.length() > HOST_NAME_MAX || name.chars().anyMatch(c -> c <= ' ' || c == '/')) {
            throw new InvalidSpecException(what + " \"" + name + "\" must have 1 to " + HOST_NAME_MAX
                    + " characters, no spaces and no slashes");
        }
    }

    private static void checkProcess(Spec.Process process) {
        if (process.args().isEmpty() || process.args().get(0).isBlank()) {
            throw new InvalidSpecException("the command is empty: name a program, as in --command /bin/sh");
        }
        process.args().forEach(arg -> noNul("argument", arg));
        for (String variable : process.env()) {
            noNul("environment variable", variable);
            if (variable.indexOf('=') < 1) {
                throw new InvalidSpecException("environment variable \"" + variable + "\" is not NAME=VALUE");
            }
        }
        absolute("working directory", process.cwd());
        for (Spec.Rlimit rlimit : process.rlimits()) {
            // Unlimited is -1, the highest unsigned number.
            if (Long.compareUnsigned(rlimit.soft(), rlimit.hard()) > 0) {
                throw new InvalidSpecException(rlimit.type() + ": the soft limit is above the hard one");
            }
        }
        int score = process.oomScoreAdj();
        if (score != Spec.Process.INHERITED && (score < -MAX_OOM_SCORE || score > MAX_OOM_SCORE)) {
            throw new InvalidSpecException("oom_score_adj " + score + " is not a number from -1000 to 1000");
        }
    }

    private static void checkMount(Spec.Mount mount) {
        absolute("mount target", mount.destination());
        if (climbsOut(mount.destination())) {
            throw new InvalidSpecException(
                    "mount target \"" + mount.destination() + "\" climbs out of the rootfs with ..");
        }
        MountOptions options = MountOptions.parse(mount.options());
        if (!options.isRemount() && ("bind".equals(mount.type()) || options.isBind())) {
            absolute("mount source", mount.source());
            if (!options.data().isEmpty()) {
                // Unknown options go to the file system, but a bind mount has none that could interpret them.
                throw new InvalidSpecException(
                        "mount on " + mount.destination() + ": unknown option " + options.data());
            }
        }
        if (options.copyUp() && !mount.type().equals("tmpfs")) {
            throw new InvalidSpecException("mount on " + mount.destination() + ": tmpcopyup is for a tmpfs");
        }
        if (isRoot(mount.destination())) {
            throw new InvalidSpecException("mount target / is the rootfs itself; use --rootfs");
        }
        boolean bind = "bind".equals(mount.type()) || options.isBind();
        // A bind mount may show another proc at /proc; whether its source is a proc is checked when it is open.
        boolean mayBeProc =
                mount.type().equals("proc") || bind && !options.isRemount() && ProcPaths.isProc(mount.destination());
        if (!mayBeProc && !ProcPaths.mayBeCovered(mount.destination())) {
            throw new InvalidSpecException("mount target \"" + mount.destination() + "\" is in /proc, where only"
                    + " files such as /proc/meminfo may be covered");
        }
        List.of(mount.source(), mount.type()).forEach(text -> noNul("mount", text));
        mount.options().forEach(option -> noNul("mount option", option));
    }

    private static boolean climbsOut(String path) {
        int depth = 0;
        for (String name : path.split("/")) {
            if (name.equals("..")) {
                depth--;
            } else if (!name.isEmpty() && !name.equals(".")) {
                depth++;
            }
            if (depth < 0) {
                return true;
            }
        }
        return false;
    }

    static void absolute(String what, String path) {
        noNul(what, path);
        if (!path.startsWith("/")) {
            throw new InvalidSpecException(what + " \"" + path + "\" is not an absolute path");
        }
    }

    static void noNul(String what, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new InvalidSpecException(what + " has a NUL character in it");
        }
    }

    private static boolean isRoot(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) != '/') {
                return false;
            }
        }
        return !path.isEmpty();
    }
}
