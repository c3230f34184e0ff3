package dev.rustyrun.launch;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.plan.CommandStep;
import dev.rustyrun.plan.Stage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The socket on which {@code child} hears who goes on as its {@code init}. Where that is the {@link AppearProgram}, this lets it
 * execute the command, and hears what failed. The socket stays open: its end tells the successor that {@code child} has gone.
 */
final class Succession {

    private static final String YAMA = "/proc/sys/kernel/yama/ptrace_scope";
    /** Nobody may trace anything. */
    private static final String NO_ATTACH = "3";

    private static final int MAX_TOLD = 8192;
    private static final int SHOWN = 600;
    private static final byte TRACED = 't';
    private static final byte UNTRACED = 'u';

    private final Linux linux;
    private final StageChannel channel;
    private final int socket;
    private final int first;
    private String path = "";
    private List<String> limits = List.of();
    private int successor;
    private boolean traced;
    private boolean over;
    private Optional<ChildStatus> ended = Optional.empty();

    /**
     * That of the process {@code first}.
     *
     * @param socket negative when it has no successor
     */
    Succession(Linux linux, StageChannel channel, int socket, int first) {
        this.first = first;
        this.linux = linux;
        this.channel = channel;
        this.socket = socket;
        this.over = socket < 0;
    }

    /**
     * Says, before {@code init} becomes the {@link AppearProgram}, that it does so, for the command at {@code path}.
     *
     * @param step what it performs
     */
    static void tellPath(Linux linux, int socket, String path, CommandStep.ExecAppearing step) {
        String limits = String.join("\0", Command.namesOf(step.limits()));
        byte[] text = (path + (limits.isEmpty() ? "" : "\0" + limits)).getBytes(StandardCharsets.UTF_8);
        linux.writeAll(
                socket,
                ByteBuffer.allocate(Integer.BYTES + 1 + text.length)
                        .putInt(-1 - text.length)
                        .put(step.mayTrace() ? TRACED : UNTRACED)
                        .put(text)
                        .array());
    }

    void addTo(PollSet set) {
        if (!over) {
            set.add(socket, PollSet.POLLIN);
        }
    }

    boolean isHeardIn(PollSet set) {
        return !over && set.found(socket, PollSet.POLLIN | PollSet.POLLHUP);
    }

    /** Whether {@code init} has yet to say who goes on. */
    boolean isAwaited() {
        return !over && successor == 0;
    }

    /** Who goes on as {@code init}; 0 as long as nobody has been named. */
    int successor() {
        return successor;
    }

    /** Takes what comes next, waiting for it. */
    void hear() {
        byte[] bytes = new byte[Integer.BYTES];
        if (!read(bytes)) {
            over = true;
            return;
        }
        int number = ByteBuffer.wrap(bytes).getInt();
        if (successor != 0) {
            over = true;
            fail(Command.failure(
                    path, LinuxException.of("execve(\"" + Printable.of(path, SHOWN) + "\")", number), limits));
        } else if (!path.isEmpty()) {
            named(number);
        } else if (number < 0) {
            hearPath(-number);
        } else {
            // A copy of init, which has told run and asks for nothing more.
            successor = number;
            over = true;
        }
    }

    private void hearPath(int length) {
        byte[] text = new byte[Math.min(length, MAX_TOLD)];
        over = !read(text);
        List<String> told = List.of(new String(text, 1, text.length - 1, StandardCharsets.UTF_8).split("\0"));
        path = told.get(0);
        limits = told.subList(1, told.size());
        traced = text[0] == TRACED && mayTrace();
        say(traced ? AppearProgram.GO_TRACED : StageChannel.GO);
    }

    private void named(int number) {
        // Those in the container may have taken the socket from the copy: they can name nobody but that.
        if (number <= -AppearProgram.TRACE_FAILED) {
            // Some kernel or another filter forbids it: it is worth nothing to fail for.
            traced = false;
        } else if (number > 0 && number != first && linux.isChild(number)) {
            successor = number;
            channel.send(new Report.Appeared(number));
            if (traced) {
                begin();
            }
            say(StageChannel.GO);
        } else {
            over = true;
            if (number < 0) {
                fail(new StepFailure(
                        LinuxException.of("clone CLONE_PARENT", -number).getMessage()));
            }
        }
    }

    /** It has stopped before its first instruction, as what is traced does. */
    private void begin() {
        linux.hearOfStops();
        ChildStatus stopped = linux.await(successor);
        if (stopped.stopped()) {
            linux.continueTraced(successor);
        } else {
            ended = Optional.of(stopped);
        }
    }

    /** How the successor ended, if it did so before it began. */
    Optional<ChildStatus> ended() {
        return ended;
    }

    private void say(byte[] word) {
        try {
            linux.send(socket, word, -1);
        } catch (LinuxException e) {
            // EPIPE: it was killed.
            over = true;
        }
    }

    private boolean mayTrace() {
        try {
            return !linux.readFile(YAMA).startsWith(NO_ATTACH) && linux.mayTrace();
        } catch (LinuxException e) {
            return linux.mayTrace();
        }
    }

    private void fail(StepFailure failure) {
        channel.send(new Report.StepFailed(Stage.INIT, "execute " + path, failure.getMessage(), failure.exitCode()));
    }

    private boolean read(byte[] bytes) {
        byte[] piece = new byte[bytes.length];
        for (int done = 0; done < bytes.length; ) {
            int got;
            try {
                got = linux.read(socket, piece, bytes.length - done);
            } catch (LinuxException e) {
                // ECONNRESET: it ended before it had been let go.
                return false;
            }
            if (got <= 0) {
                return false;
            }
            System.arraycopy(piece, 0, bytes, done, got);
            done += got;
        }
        return true;
    }
}
