package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.ResourceLimit;
import dev.rustyrun.spec.SpecDefaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The user's command inside the container: finds the program as execvp(3) does, and explains why it cannot run. */
public final class Command {

    private static final Set<String> OF_MEMORY = Set.of("RLIMIT_AS", "RLIMIT_DATA", "RLIMIT_STACK");
    private static final Set<String> OF_PROCESSES = Set.of("RLIMIT_NPROC");

    private static final int SHOWN = 600;

    private final Linux linux;
    private final List<String> argv;
    private final List<String> env;
    private final List<LimitStep.SetRlimit> limits;

    /** @param limits resource limits of the command, which it has from its start on */
    Command(Linux linux, List<String> argv, List<String> env, List<LimitStep.SetRlimit> limits) {
        this.linux = linux;
        this.argv = argv;
        this.env = env;
        this.limits = limits;
    }

    /** Executes the command; returns only by throwing. */
    void become() {
        if (limits.isEmpty()) {
            tryEach(path -> linux.execute(path, argv, env));
            return;
        }
        List<ResourceLimit> wanted = limits.stream()
                .map(limit -> new ResourceLimit(limit.resource(), limit.soft(), limit.hard()))
                .toList();
        List<LinuxException> failures = new ArrayList<>();
        int[] tried = new int[1];
        Attempt replay = path -> {
            if (tried[0] < failures.size()) {
                throw failures.get(tried[0]++);
            }
        };
        if (!StepContext.isNativeImage()) {
            rehearseFailure();
        }
        failures.addAll(linux.execute(candidates(argv.get(0)), argv, env, wanted));
        tryEach(replay);
    }

    /**
     * With the limits set, a JVM may have no memory to load another class, so this loads the classes for a failure in
     * advance.
     */
    private void rehearseFailure() {
        try {
            tryEach(path -> {
                throw LinuxException.of("execve(\"" + Printable.of(path, SHOWN) + "\")", Errno.E2BIG);
            });
        } catch (StepFailure e) {
            ReportCodec.encode(new Report.StepFailed(
                    Stage.INIT, "", Printable.of(String.valueOf(e.getMessage()), SHOWN), e.exitCode()));
        }
    }

    /** Executes the program at {@code path}, which was found; returns only by throwing. */
    void become(String path) {
        try {
            linux.execute(path, argv, env);
        } catch (LinuxException e) {
            throw failure(path, e, namesOf(limits));
        }
    }

    /** The path of the program to execute, as far as it can be determined without an execve. */
    String find() {
        String[] found = new String[1];
        tryEach(path -> {
            linux.checkExecutable(path);
            found[0] = path;
        });
        return found[0];
    }

    /** The failure for {@code path}, which was found but could not be executed. */
    static StepFailure failure(String path, LinuxException e, List<String> limits) {
        return e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR
                ? withoutInterpreter(path)
                : notExecutable(path, path, e, limits);
    }

    /** The failure for {@code path}, whose execve failed with {@code errno}. */
    public static StepFailure failure(String path, int errno, List<String> limits) {
        return failure(path, LinuxException.of("execve(\"" + Printable.of(path, SHOWN) + "\")", errno), limits);
    }

    private static StepFailure notExecutable(String program, String path, LinuxException e, List<String> limits) {
        return new StepFailure(
                switch (e.errno()) {
                    case Errno.EACCES ->
                        program + " is not executable (a directory, or no x permission): " + e.getMessage();
                    case Errno.ENOEXEC ->
                        path + " is neither a program for this machine nor a script that starts with #!: "
                                + e.getMessage();
                    default -> e.getMessage() + limitsHint(e.errno(), limits);
                },
                StepFailure.NOT_EXECUTABLE);
    }

    private static StepFailure withoutInterpreter(String path) {
        return new StepFailure(
                path + " exists, but its interpreter (the #! line) or dynamic loader does not", StepFailure.NOT_FOUND);
    }

    /** Starts the command, which inherits the descriptors below {@code firstClosed}; returns its process id. */
    int start(int firstClosed) {
        limits.forEach(limit -> linux.setResourceLimit(limit.resource(), limit.soft(), limit.hard()));
        int[] pid = new int[1];
        tryEach(path -> pid[0] = linux.spawnInheriting(path, argv, env, firstClosed));
        return pid[0];
    }

    private interface Attempt {
        void execute(String path);
    }

    private void tryEach(Attempt attempt) {
        String program = argv.get(0);
        LinuxException denied = null;
        for (String path : candidates(program)) {
            try {
                attempt.execute(path);
                return;
            } catch (LinuxException e) {
                switch (e.errno()) {
                    case Errno.ENOENT, Errno.ENOTDIR -> explainMissingInterpreter(path);
                    case Errno.EACCES -> denied = e;
                    default -> throw notExecutable(program, path, e, namesOf(limits));
                }
            }
        }
        if (denied != null) {
            throw notExecutable(program, program, denied, List.of());
        }
        // Engines recognize this failure by the last words.
        throw new StepFailure(
                program.contains("/")
                        ? program + " does not exist in the container: no such file or directory"
                        : program + " is not in the container's " + searchPath()
                                + (program.startsWith("-") ? "; options of rustyrun go before the image or id" : "")
                                + ": executable file not found in $PATH",
                StepFailure.NOT_FOUND);
    }

    static List<String> namesOf(List<LimitStep.SetRlimit> limits) {
        return limits.stream().map(LimitStep.SetRlimit::name).toList();
    }

    /** The kernel does not report which limit was exceeded. */
    private static String limitsHint(int errno, List<String> limits) {
        Set<String> guilty =
                switch (errno) {
                    case Errno.E2BIG, Errno.ENOMEM -> OF_MEMORY;
                    case Errno.EAGAIN -> OF_PROCESSES;
                    default -> Set.of();
                };
        String names = limits.stream().filter(guilty::contains).collect(Collectors.joining(" or "));
        return names.isEmpty() ? "" : "; the command's limits leave no room for it: raise " + names;
    }

    /** ENOENT for an existing file means that its interpreter is missing. */
    private void explainMissingInterpreter(String path) {
        try {
            linux.status(path);
        } catch (LinuxException missing) {
            return;
        }
        throw withoutInterpreter(path);
    }

    private List<String> candidates(String program) {
        if (program.contains("/")) {
            return List.of(program);
        }
        List<String> candidates = new ArrayList<>();
        for (String directory : searchPath().substring("PATH=".length()).split(":")) {
            candidates.add((directory.isEmpty() ? "." : directory) + "/" + program);
        }
        return candidates;
    }

    private String searchPath() {
        return env.stream()
                .filter(variable -> variable.startsWith("PATH="))
                .reduce((first, last) -> last)
                .orElse(SpecDefaults.PATH);
    }
}
