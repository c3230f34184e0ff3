package dev.rustyrun.spec;

import java.util.List;

/**
 * Programs that run at certain points of a container's life, each list in order; runtime-spec config.md,
 * "POSIX-platform Hooks", and runtime.md, "Lifecycle".
 *
 * @param prestart in the runtime's namespaces, before createRuntime; deprecated by the specification
 * @param createRuntime in the runtime's namespaces, after the container's namespaces were created
 * @param createContainer in the container's namespaces, before pivot_root
 * @param startContainer in the container, before its process starts
 * @param poststart in the runtime's namespaces, after the process has started; a failure is only reported
 * @param poststop in the runtime's namespaces, after the container is deleted; a failure is only reported
 */
public record Hooks(
        List<Hook> prestart,
        List<Hook> createRuntime,
        List<Hook> createContainer,
        List<Hook> startContainer,
        List<Hook> poststart,
        List<Hook> poststop) {

    /** No hooks. */
    public static final Hooks NONE = new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public Hooks {
        prestart = List.copyOf(prestart);
        createRuntime = List.copyOf(createRuntime);
        createContainer = List.copyOf(createContainer);
        startContainer = List.copyOf(startContainer);
        poststart = List.copyOf(poststart);
        poststop = List.copyOf(poststop);
    }

    /** The name of the hook at {@code index} of {@code kind} in messages, as runc writes it. */
    public static String name(String kind, int index) {
        return kind + " hook #" + index;
    }

    /** Whether there are no hooks. */
    public boolean isEmpty() {
        return equals(NONE);
    }

    /**
     * One program, which gets the container's state on its stdin.
     *
     * @param path absolute; in the container's file system for startContainer, else in the runtime's
     * @param args arguments as for execv(3), beginning with the program's name; empty for the name only
     * @param env the whole environment, each {@code NAME=value}; empty for none or, with {@code inherits}, for the
     * container's process
     * @param timeoutSeconds time limit after which the hook is killed; 0 for none
     * @param inherits whether the hook gets the environment of the container's process
     */
    public record Hook(String path, List<String> args, List<String> env, int timeoutSeconds, boolean inherits) {
        /** A hook with its own environment. */
        public Hook(String path, List<String> args, List<String> env, int timeoutSeconds) {
            this(path, args, env, timeoutSeconds, false);
        }

        public Hook {
            args = List.copyOf(args);
            env = List.copyOf(env);
        }
    }
}
