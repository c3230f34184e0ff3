package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.SpecDefaults;
import java.util.ArrayList;
import java.util.List;

/** The user's command inside the container: finds the program as execvp(3) does, and says clearly why it cannot run. */
final class Command {

    private final Linux linux;
    private final List<String> argv;
    private final List<String> env;

    Command(Linux linux, List<String> argv, List<String> env) {
        this.linux = linux;
        this.argv = argv;
        this.env = env;
    }

    /** Becomes the command; returns only by throwing. */
    void become() {
        tryEach(path -> linux.execute(path, argv, env));
    }

    /** What is to be executed, as far as that can be told without doing it. */
    String find() {
        String[] found = new String[1];
        tryEach(path -> {
            linux.checkExecutable(path);
            found[0] = path;
        });
        return found[0];
    }

    /** Why {@code path}, which was found, could not be executed in the end. */
    static StepFailure failure(String path, LinuxException e) {
        return e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR
                ? withoutInterpreter(path)
                : notExecutable(path, path, e);
    }

    private static StepFailure notExecutable(String program, String path, LinuxException e) {
        return new StepFailure(
                switch (e.errno()) {
                    case Errno.EACCES ->
                        program + " is not executable (a directory, or no x permission): " + e.getMessage();
                    case Errno.ENOEXEC ->
                        path + " is neither a program for this machine nor a script that starts with #!: "
                                + e.getMessage();
                    default -> e.getMessage();
                },
                StepFailure.NOT_EXECUTABLE);
    }

    private static StepFailure withoutInterpreter(String path) {
        return new StepFailure(
                path + " is there, but its interpreter (the #! line) or dynamic loader is not", StepFailure.NOT_FOUND);
    }

    /** Starts the command, which inherits the descriptors below {@code firstClosed}; its process id. */
    int start(int firstClosed) {
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
                    default -> throw notExecutable(program, path, e);
                }
            }
        }
        if (denied != null) {
            throw notExecutable(program, program, denied);
        }
        // The last words are those by which engines tell this failure from others.
        throw new StepFailure(
                program.contains("/")
                        ? program + " does not exist in the container: no such file or directory"
                        : program + " is not in the container's " + searchPath()
                                + ": executable file not found in $PATH",
                StepFailure.NOT_FOUND);
    }

    /** ENOENT for a file that is there means that what should run it is not. */
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
