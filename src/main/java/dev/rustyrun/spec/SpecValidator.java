package dev.rustyrun.spec;

import java.util.List;

/** Checks everything about a {@link Spec} that can be told without looking at the machine. */
public final class SpecValidator {

    private static final int HOST_NAME_MAX = 64;

    private SpecValidator() {
    }

    /**
     * Checks {@code spec}.
     *
     * @throws InvalidSpecException for the first thing that is wrong
     */
    public static void check(Spec spec) {
        checkProcess(spec.process());
        if (spec.hostname().isEmpty() || spec.hostname().length() > HOST_NAME_MAX
                || spec.hostname().chars().anyMatch(c -> c <= ' ' || c == '/')) {
            throw new InvalidSpecException("hostname \"" + spec.hostname() + "\" must have 1 to " + HOST_NAME_MAX
                    + " characters, no spaces and no slashes");
        }
        absolute("rootfs", spec.root().path());
        for (Spec.Mount mount : spec.mounts()) {
            checkMount(mount);
        }
        spec.linux().maskedPaths().forEach(path -> absolute("masked path", path));
        spec.linux().readonlyPaths().forEach(path -> absolute("read-only path", path));
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
    }

    private static void checkMount(Spec.Mount mount) {
        absolute("mount target", mount.destination());
        if (climbsOut(mount.destination())) {
            throw new InvalidSpecException(
                    "mount target \"" + mount.destination() + "\" climbs out of the rootfs with ..");
        }
        if ("bind".equals(mount.type())) {
            absolute("mount source", mount.source());
        }
        if (mount.destination().equals("/")) {
            throw new InvalidSpecException("mount target / is the rootfs itself; use --rootfs");
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

    private static void absolute(String what, String path) {
        noNul(what, path);
        if (!path.startsWith("/")) {
            throw new InvalidSpecException(what + " \"" + path + "\" is not an absolute path");
        }
    }

    private static void noNul(String what, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new InvalidSpecException(what + " has a NUL character in it");
        }
    }
}
