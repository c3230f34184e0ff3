package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.CommandStep;
import dev.rustyrun.plan.Stage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

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
    private static final int MAX_ERRNO = 4095;
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
    private boolean begun;
    private boolean over;

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
        if (!over) {
            // Whoever has taken the other end could make this process wait.
            linux.setNonBlocking(socket);
        }
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

    /** Whether nothing more is said. */
    boolean isOver() {
        return over;
    }

    /** Who goes on as {@code init}; 0 as long as nobody has been named. */
    int successor() {
        return successor;
    }

    /** Whether {@code init} ends for a successor, and has not named one. */
    boolean isExpected() {
        return socket >= 0 && successor == 0;
    }

    /** Takes the next message; whether there was one. What cannot be from a process of ours ends it. */
    boolean hear() {
        byte[] message = new byte[MAX_TOLD];
        int length;
        try {
            length = linux.read(socket, message, message.length);
        } catch (LinuxException e) {
            // ECONNRESET: it ended before it had been let go.
            over |= e.errno() != Errno.EAGAIN;
            return false;
        }
        if (length == 0) {
            over = true;
            return false;
        }
        int number = length < Integer.BYTES ? 0 : ByteBuffer.wrap(message).getInt();
        if (number < 0 && path.isEmpty() && length == Integer.BYTES - number) {
            hearPath(message, length);
        } else if (length != Integer.BYTES) {
            disturbed();
        } else if (successor != 0) {
            failed(number);
        } else if (path.isEmpty()) {
            // A copy of init, which has told run and asks for nothing more.
            successor = number;
            over = true;
        } else {
            named(number);
        }
        return true;
    }

    private void hearPath(byte[] message, int length) {
        int start = Integer.BYTES + 1;
        List<String> told = List.of(new String(message, start, length - start, StandardCharsets.UTF_8).split("\0"));
        path = told.get(0);
        limits = told.subList(1, told.size());
        traced = message[Integer.BYTES] == TRACED && mayTrace();
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
            say(StageChannel.GO);
        } else if (number < 0 && number >= -MAX_ERRNO) {
            over = true;
            fail(new StepFailure(
                    LinuxException.of("clone CLONE_PARENT", -number).getMessage()));
        } else {
            disturbed();
        }
    }

    private void failed(int number) {
        if (number <= 0 || number > MAX_ERRNO) {
            disturbed();
            return;
        }
        over = true;
        fail(Command.failure(path, LinuxException.of("execve(\"" + Printable.of(path, SHOWN) + "\")", number), limits));
    }

    /** Says so instead of how it ended: what it ended with means nothing. */
    void disturbed() {
        over = true;
        fail(new StepFailure("a process of the container has disturbed it on its way in"));
    }

    /** Lets the successor go on, which has stopped because it is traced. */
    void goOn(int signal) {
        if (!begun && signal == Signal.SIGSTOP.number()) {
            // Before its first instruction.
            begun = true;
            linux.continueTraced(successor);
        } else {
            // It has become the command or, before that, is sent a signal: nobody need be kept from it any more.
            boolean executed = signal == Signal.SIGTRAP.number();
            // From the command itself nothing more is believed.
            over |= executed;
            linux.stopTracing(successor, executed ? 0 : signal);
        }
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
}
