package dev.rustyrun.spec;

import java.util.List;

/**
 * Programs that run at points of a container's life, each list in its order; runtime-spec config.md, "POSIX-platform Hooks",
 * and runtime.md, "Lifecycle".
 *
 * @param prestart in the runtime's namespaces, before createRuntime; deprecated by the specification
 * @param createRuntime in the runtime's namespaces, once the container's are there
 * @param createContainer in the container's namespaces, before its root is the root
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

    /** What the hook at {@code index} among those of {@code kind} is called in messages, as by runc. */
    public static String name(String kind, int index) {
        return kind + " hook #" + index;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return equals(NONE);
    }

    /**
     * One program, which gets the container's state on its stdin.
     *
     * @param path absolute; in the container's file system for startContainer, else in the runtime's
     * @param args as of execv(3), the program's name first; empty for only that
     * @param env {@code NAME=value} each: the whole environment, also where the config names none; empty for the process's
     * @param timeoutSeconds after which it is killed; 0 for never
     * @param inherits whether its environment is that of the container's process
     */
    public record Hook(String path, List<String> args, List<String> env, int timeoutSeconds, boolean inherits) {
        /** One with an environment of its own. */
        public Hook(String path, List<String> args, List<String> env, int timeoutSeconds) {
            this(path, args, env, timeoutSeconds, false);
        }

        public Hook {
            args = List.copyOf(args);
            env = List.copyOf(env);
        }
    }
}
