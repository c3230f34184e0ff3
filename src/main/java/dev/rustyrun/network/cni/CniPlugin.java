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
 * Executes one plugin: its configuration on its standard input, its result on its standard output; CNI's SPEC.md, section 2. It is
 * killed when it takes too long or prints too much.
 */
final class CniPlugin {

    /** A plugin may wait for others, as for a lock of iptables. */
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
     * Executes it to its end.
     *
     * @param kept a file that it keeps open, and so locked, even if this process is killed
     * @return what it prints
     * @throws CniException when it fails
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
                    OpenFile complained = new OpenFile(linux, error[1]);
                    OpenFile input = new OpenFile(linux, linux.open(memory.path(), FileFlag.O_RDONLY))) {
                pid = linux.spawnWith(
                        program,
                        List.of(program),
                        environment,
                        input.descriptor(),
                        written.descriptor(),
                        complained.descriptor(),
                        kept.descriptor());
            }
            String objection = await(pid, results.descriptor(), messages.descriptor());
            if (!objection.isEmpty()) {
                Descendants.kill(linux, pid);
                linux.awaitIfChild(pid);
                throw failure(objection);
            }
            return answer(linux.await(pid));
        } catch (LinuxException e) {
            throw failure("cannot be executed: " + e.getMessage());
        }
    }

    /** Reads until it has ended; why it must be killed, or nothing. */
    private String await(int pid, int results, int messages) {
        long end = System.nanoTime() + MAX_SECONDS * 1_000_000_000L;
        try (OpenFile process = new OpenFile(linux, linux.processDescriptor(pid))) {
            PollSet set = new PollSet(3);
            boolean more = true;
            boolean complains = true;
            while (true) {
                set.clear();
                set.add(process.descriptor(), PollSet.POLLIN);
                if (more) {
                    set.add(results, PollSet.POLLIN);
                }
                if (complains) {
                    set.add(messages, PollSet.POLLIN);
                }
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0 || !linux.poll(set, (int) left)) {
                    return "was killed: it took longer than " + MAX_SECONDS + " s";
                }
                // A process that it leaves behind may keep the pipes open: its own end is the end.
                boolean ended = set.found(process.descriptor(), PollSet.POLLIN);
                int any = PollSet.POLLIN | PollSet.POLLHUP;
                boolean waiting = more && set.found(results, any);
                more = more && (!waiting || read(results, result, MAX_RESULT + 1));
                if (result.size() > MAX_RESULT) {
                    return "was killed: it printed more than " + MAX_RESULT + " bytes";
                }
                complains = complains && (!set.found(messages, any) || read(messages, errors, MAX_ERRORS));
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
        throw failure(text.startsWith("{") ? said(text, how) : how + said());
    }

    /** SPEC.md, section 5, "Error". */
    private String said(String text, String how) {
        ObjectNode error;
        try {
            error = CniJson.object("its error", text);
        } catch (CniException e) {
            return how + said();
        }
        String message = CniJson.shown(error, "msg");
        String details = CniJson.shown(error, "details");
        return (message.isEmpty() ? how + said() : message)
                + (details.isEmpty() ? "" : "; " + details)
                + " (code " + error.path("code").asLong() + ")";
    }

    private String said() {
        String text = errors.toString(StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "" : ": " + text;
    }

    private CniException failure(String why) {
        return new CniException(
                Printable.of(Printable.line("CNI plugin " + type + ": " + why.replaceAll("\\s+", " ")), 1000));
    }
}
