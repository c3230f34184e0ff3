package dev.rustyrun.image;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A credential helper, the program {@code docker-credential-NAME}; github.com/docker/docker-credential-helpers. */
final class CredentialHelper {

    /** Long, because the user may have to unlock the helper's storage. */
    static final Duration MAX_TIME = Duration.ofSeconds(60);

    private static final int MAX_ANSWER = 64 * 1024;

    private final Linux linux;
    private final String name;
    private final Map<String, String> environment;
    private final Duration most;

    /** @param most the maximum duration of a call */
    CredentialHelper(Linux linux, String name, Map<String, String> environment, Duration most) {
        if (!name.matches("[A-Za-z0-9_.-]+")) {
            throw new InvalidSpecException("credential helper " + Printable.quoted(name)
                    + " is not a valid name: docker-credential-NAME is searched for in PATH");
        }
        this.linux = linux;
        this.name = "docker-credential-" + name;
        this.environment = environment;
        this.most = most;
    }

    /**
     * The login for a server, as JSON; empty if the helper has none.
     *
     * @throws InvalidSpecException when the helper cannot be started, takes too long, or fails
     */
    Optional<String> get(String server) {
        String program = path();
        int[] in = linux.pipe();
        int[] out = linux.pipe();
        int child;
        try {
            // Written before the start, so that the pipe cannot be broken yet.
            linux.writeAll(in[1], server.getBytes(StandardCharsets.UTF_8));
            linux.close(in[1]);
            List<String> variables = environment.entrySet().stream()
                    .map(variable -> variable.getKey() + "=" + variable.getValue())
                    .toList();
            child = linux.spawnCommand(program, List.of(name, "get"), variables, in[0], out[1], 2);
        } catch (RuntimeException e) {
            linux.close(out[0]);
            throw e;
        } finally {
            linux.closeAll(in[0], out[1]);
        }
        long deadline = System.nanoTime() + most.toNanos();
        String answer;
        try {
            answer = read(out[0], child, deadline);
        } finally {
            linux.close(out[0]);
        }
        ChildStatus status = end(child, deadline);
        if (status.exitCode() == 0) {
            return Optional.of(answer);
        }
        if (answer.contains("credentials not found")) {
            return Optional.empty();
        }
        throw new InvalidSpecException(name + " get failed: " + Printable.shown(answer.strip()));
    }

    /** Reads the output of the helper up to its end. */
    private String read(int from, int child, long deadline) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[MAX_ANSWER];
        while (true) {
            awaitInput(from, child, deadline);
            int got = linux.read(from, buffer, buffer.length);
            all.write(buffer, 0, got);
            if (got == 0 || all.size() > MAX_ANSWER) {
                return all.toString(StandardCharsets.UTF_8);
            }
        }
    }

    private ChildStatus end(int child, long deadline) {
        try (OpenFile process = new OpenFile(linux, linux.processDescriptor(child))) {
            awaitInput(process.descriptor(), child, deadline);
        }
        return linux.await(child);
    }

    private void awaitInput(int descriptor, int child, long deadline) {
        PollSet set = new PollSet(1);
        set.add(descriptor, PollSet.POLLIN);
        long millis = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
        if (!linux.poll(set, (int) millis)) {
            linux.kill(child, Signal.SIGKILL.number());
            linux.await(child);
            throw new InvalidSpecException(
                    name + " get did not answer within " + most.toSeconds() + " s and was killed");
        }
    }

    private String path() {
        for (String folder :
                environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin").split(":")) {
            String program = folder + "/" + name;
            if (folder.startsWith("/") && linux.exists(program)) {
                return program;
            }
        }
        throw new InvalidSpecException("the login file names the helper " + name + ", which is not in PATH");
    }
}
