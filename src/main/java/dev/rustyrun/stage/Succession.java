package dev.rustyrun.stage;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.step.AppearProgram;
import dev.rustyrun.step.Command;
import dev.rustyrun.step.Connection;
import dev.rustyrun.step.ExecStep;
import dev.rustyrun.step.ExecStep.Parting;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.Stage;
import dev.rustyrun.step.StepFailure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The socket on which {@code child} learns which process continues as its {@code init}: the successor. If that is a
 * copy of the {@link AppearProgram}, {@code child} also lets it execute the command, and learns about failures. The
 * socket stays open: its end shows the successor that {@code child} has ended.
 */
final class Succession {

    private static final String YAMA = "/proc/sys/kernel/yama/ptrace_scope";
    /** The value of Yama with which no process can trace another. */
    private static final String NO_ATTACH = "3";

    /** The error when a message cannot have been sent by a process of Rustyrun. */
    static final String DISTURBED = "a process of the container has interfered with its start";

    private static final int MAX_MESSAGE = 8192;
    private static final int MAX_ERRNO = 4095;

    private final Linux linux;
    private final Connection channel;
    private final int socket;
    private final int first;
    private String path = "";
    private List<String> limits = List.of();
    private int successor;
    private boolean traced;
    private boolean begun;
    private boolean over;
    private Parting parting = Parting.NEVER;
    private boolean parts;

    /**
     * The succession of {@code first}, which {@code child} has started as {@code init}.
     *
     * @param socket negative if {@code first} will have no successor
     */
    Succession(Linux linux, Connection channel, int socket, int first) {
        this.first = first;
        this.linux = linux;
        this.channel = channel;
        this.socket = socket;
        this.over = socket < 0;
        if (!over) {
            // Otherwise, a process that has taken the other end could block this one.
            linux.setNonBlocking(socket);
        }
    }

    void addTo(PollSet set) {
        if (!over) {
            set.add(socket, PollSet.POLLIN);
        }
    }

    boolean hasMessage(PollSet set) {
        return !over && set.found(socket, PollSet.POLLIN | PollSet.POLLHUP);
    }

    /** Whether {@code init} may still name its successor. */
    boolean isAwaited() {
        return !over && successor == 0;
    }

    /** Whether the successor should continue alone now. */
    boolean parts() {
        return parts;
    }

    /** Lets the successor continue alone; nothing waits for it any more. */
    void part() {
        if (traced) {
            linux.stopTracing(successor, 0);
        } else if (!over) {
            send(StageChannel.GO);
        }
    }

    /** Whether another process must wait for the successor, because its execve may have succeeded. */
    boolean isForOthers() {
        if (successor != 0 && !traced && parting == Parting.WHEN_EXECUTED) {
            while (!over && readMessage()) {
                // Reads whether the execve has succeeded.
            }
        }
        return parts;
    }

    /** Whether no further message is read. */
    boolean isOver() {
        return over;
    }

    /** The process that continues as {@code init}; 0 until it has been named. */
    int successor() {
        return successor;
    }

    /** Whether {@code init} will have a successor, but has not named it yet. */
    boolean isExpected() {
        return socket >= 0 && successor == 0;
    }

    /**
     * Reads the next message; false if there is none. A message that no process of Rustyrun can have sent is the last
     * one.
     */
    boolean readMessage() {
        byte[] message = new byte[MAX_MESSAGE];
        int length;
        try {
            length = linux.read(socket, message, message.length);
        } catch (LinuxException e) {
            // ECONNRESET: the program ended before it had read that it may continue.
            over |= e.errno() != Errno.EAGAIN;
            return false;
        }
        if (length == 0) {
            over = true;
            // The command does not have this socket, so the execve has succeeded, even if the command has ended since.
            parts |= successor != 0 && !traced && parting == Parting.WHEN_EXECUTED;
            return false;
        }
        int number = length < Integer.BYTES ? 0 : ByteBuffer.wrap(message).getInt();
        if (number < 0 && path.isEmpty() && length == Integer.BYTES - number) {
            readPath(message, length);
        } else if (length != Integer.BYTES) {
            disturbed();
        } else if (successor != 0) {
            failed(number);
        } else if (path.isEmpty()) {
            // The successor is a copy of init: init has reported it to run, and the copy needs nothing more.
            successor = number;
            over = true;
        } else {
            named(number);
        }
        return true;
    }

    private void readPath(byte[] message, int length) {
        int start = Integer.BYTES + 2;
        List<String> texts = List.of(new String(message, start, length - start, StandardCharsets.UTF_8).split("\0"));
        path = texts.get(0);
        limits = texts.subList(1, texts.size());
        traced = message[Integer.BYTES] == ExecStep.ExecAppearing.TRACED && mayTrace();
        parting = Parting.values()[message[Integer.BYTES + 1]];
        send(traced ? new byte[] {AppearProgram.GO_TRACED} : StageChannel.GO);
    }

    private void named(int number) {
        // A process of the container may have taken the socket from the copy, but it can name only that copy.
        if (number <= -AppearProgram.TRACE_FAILED) {
            // The kernel or another filter forbids tracing, which is not an error.
            traced = false;
        } else if (number > 0 && number != first && linux.isChild(number)) {
            successor = number;
            channel.send(new Report.Appeared(number));
            parts = parting == Parting.BEFORE_START;
            if (!parts) {
                send(StageChannel.GO);
            }
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
        fail(Command.failure(path, number, limits));
    }

    /** Reports a disturbance instead of the exit code, which is meaningless then. */
    void disturbed() {
        over = true;
        fail(new StepFailure(DISTURBED));
    }

    /** Continues the successor, which has stopped because it is traced. */
    void resume(ChildStatus stop) {
        if (!begun && stop.stopSignal() == Signal.SIGSTOP.number()) {
            // It has stopped before its first instruction.
            begun = true;
            linux.stopOnExecve(successor);
            linux.continueTraced(successor);
        } else if (stop.hasExecuted()) {
            // From now on messages may come from the command, so they are ignored.
            over = true;
            parts = parting == Parting.WHEN_EXECUTED;
            if (!parts) {
                // From now on, other processes may trace it.
                stopTracing(0);
            }
        } else {
            // It got a signal before its execve.
            stopTracing(stop.stopSignal());
        }
    }

    private void stopTracing(int signal) {
        traced = false;
        linux.stopTracing(successor, signal);
    }

    private void send(byte[] word) {
        try {
            linux.send(socket, word, -1);
        } catch (LinuxException e) {
            // EPIPE: the receiver was killed.
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
