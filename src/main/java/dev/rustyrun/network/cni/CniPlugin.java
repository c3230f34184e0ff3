package dev.rustyrun.network.cni;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Printable;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Executes one plugin with its request on standard input, and reads the result from its standard output; CNI SPEC.md,
 * section 2. The plugin is killed when it takes too long or prints too much.
 */
final class CniPlugin {

    /** Long enough for a plugin that waits for other processes, for example for the iptables lock. */
    static final int MAX_SECONDS = 10;

    private static final int MAX_RESULT = 1024 * 1024;
    private static final int MAX_ERRORS = 4096;

    private final Linux linux;
    private final String type;
    private final String program;
    private final ByteArrayOutputStream result = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    CniPlugin(Linux linux, String type, String program) {
        this.linux = linux;
        this.type = type;
        this.program = program;
    }

    /**
     * Executes the plugin and waits for its end.
     *
     * @param kept a locked file that the plugin inherits, so that the lock is held until the plugin ends, even if this
     *        process is killed
     * @return the output of the plugin
     * @throws CniException when the plugin fails
     */
    String execute(List<String> environment, String request, OpenFile kept) {
        int[] output = linux.pipe();
        int[] error = linux.pipe();
        try (OpenFile results = new OpenFile(linux, output[0]);
                OpenFile messages = new OpenFile(linux, error[0]);
                OpenFile memory = new OpenFile(linux, linux.executableMemory("request"))) {
            linux.writeAll(memory.descriptor(), request.getBytes(StandardCharsets.UTF_8));
            int pid;
            try (OpenFile written = new OpenFile(linux, output[1]);
                    OpenFile errorEnd = new OpenFile(linux, error[1]);
                    OpenFile input = new OpenFile(linux, linux.open(memory.path(), FileFlag.O_RDONLY))) {
                pid = linux.spawnWith(
                        program,
                        List.of(program),
                        environment,
                        input.descriptor(),
                        written.descriptor(),
                        errorEnd.descriptor(),
                        kept.descriptor());
            }
            String killReason = await(pid, results.descriptor(), messages.descriptor());
            if (!killReason.isEmpty()) {
                Descendants.kill(linux, pid);
                linux.awaitIfChild(pid);
                throw failure(killReason);
            }
            return answer(linux.await(pid));
        } catch (LinuxException e) {
            throw failure("cannot be executed: " + e.getMessage());
        }
    }

    /** Reads the output until the plugin has ended; returns why it must be killed, or an empty string. */
    private String await(int pid, int results, int messages) {
        long end = System.nanoTime() + MAX_SECONDS * 1_000_000_000L;
        try (OpenFile process = new OpenFile(linux, linux.processDescriptor(pid))) {
            PollSet set = new PollSet(3);
            boolean more = true;
            boolean moreErrors = true;
            while (true) {
                set.clear();
                set.add(process.descriptor(), PollSet.POLLIN);
                if (more) {
                    set.add(results, PollSet.POLLIN);
                }
                if (moreErrors) {
                    set.add(messages, PollSet.POLLIN);
                }
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0 || !linux.poll(set, (int) left)) {
                    return "was killed: it took longer than " + MAX_SECONDS + " s";
                }
                // A background process of the plugin may keep the pipes open, so the end of the plugin itself counts.
                boolean ended = set.found(process.descriptor(), PollSet.POLLIN);
                int any = PollSet.POLLIN | PollSet.POLLHUP;
                boolean waiting = more && set.found(results, any);
                more = more && (!waiting || read(results, result, MAX_RESULT + 1));
                if (result.size() > MAX_RESULT) {
                    return "was killed: it printed more than " + MAX_RESULT + " bytes";
                }
                moreErrors = moreErrors && (!set.found(messages, any) || read(messages, errors, MAX_ERRORS));
                if (ended && !waiting) {
                    return "";
                }
            }
        }
    }

    private boolean read(int descriptor, ByteArrayOutputStream into, int most) {
        byte[] buffer = new byte[16 * 1024];
        int got = linux.read(descriptor, buffer, buffer.length);
        into.write(buffer, 0, Math.min(got, Math.max(0, most - into.size())));
        return got > 0;
    }

    private String answer(ChildStatus ended) {
        String text = result.toString(StandardCharsets.UTF_8).strip();
        if (ended.status() == 0) {
            return text;
        }
        String how = ended.describe();
        throw failure(text.startsWith("{") ? resultMessage(text, how) : how + errorOutput());
    }

    /** The message of an error result; CNI SPEC.md, section 5, "Error". */
    private String resultMessage(String text, String how) {
        ObjectNode error;
        try {
            error = CniJson.object("its error", text);
        } catch (CniException e) {
            return how + errorOutput();
        }
        String message = CniJson.shown(error, "msg");
        String details = CniJson.shown(error, "details");
        return (message.isEmpty() ? how + errorOutput() : message)
                + (details.isEmpty() ? "" : "; " + details)
                + " (code " + error.path("code").asLong() + ")";
    }

    private String errorOutput() {
        String text = errors.toString(StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "" : ": " + text;
    }

    private CniException failure(String why) {
        return new CniException(
                Printable.of(Printable.line("CNI plugin " + type + ": " + why.replaceAll("\\s+", " ")), 1000));
    }
}
