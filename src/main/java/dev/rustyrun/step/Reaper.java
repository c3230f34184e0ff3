package dev.rustyrun.step;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.ReceivedSignal;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.step.ExecStep.ReaperKind;
import java.util.Optional;

/**
 * PID 1 for commands that do not want to be PID 1: starts the command, forwards signals, and reaps orphans. The
 * container may be able to read the memory of its PID 1, so this process executes {@link InitProgram}. It stays the
 * reaper itself only where that is not possible.
 */
final class Reaper {

    private final StepContext context;
    private final Linux linux;

    /** The reaper of this process's container. */
    Reaper(StepContext context) {
        this.context = context;
        this.linux = context.linux();
    }

    /** Runs {@code command} and exits with its status. Throws when it cannot be started. */
    void run(Command command, ReaperKind kind) {
        Optional<InitProgram> program = kind == ReaperKind.STAGE ? Optional.empty() : InitProgram.create(linux);
        if (program.isEmpty() || !StepContext.isNativeImage()) {
            int pid = command.start(Connection.DESCRIPTOR + context.descriptorsForCommand().length);
            release();
            program.ifPresent(init -> become(init, pid, kind));
            stay(pid);
            return;
        }
        // The command must not see this process: it starts when the pipe's end that is held here is closed by an
        // execve.
        int[] gate = linux.pipe();
        int pid = linux.fork();
        if (pid == 0) {
            linux.close(gate[1]);
            linux.read(gate[0], new byte[1], 1);
            LaunchSignals.unblock(linux);
            command.become();
            return;
        }
        release();
        become(program.get(), pid, kind);
        linux.close(gate[1]);
        stay(pid);
    }

    private void become(InitProgram program, int command, ReaperKind kind) {
        // A JVM has opened more files, not all of them close-on-exec.
        linux.closeOnExecFrom(Connection.DESCRIPTOR);
        program.become(command, kind == ReaperKind.PROGRAM_BY_PATH);
    }

    /** Closes the command's descriptors, and the channel, whose end tells run that the command has started. */
    private void release() {
        context.connection().close();
        context.closeGate();
        int[] handedOver = context.descriptorsForCommand();
        for (int i = 0; i < handedOver.length; i++) {
            if (handedOver[i] != Connection.NO_DESCRIPTOR) {
                linux.close(Connection.DESCRIPTOR + i);
            }
        }
    }

    private void stay(int command) {
        int signals = linux.signalDescriptor(LaunchSignals.HANDLED);
        reapUntil(command);
        PollSet set = new PollSet(1);
        set.add(signals, PollSet.POLLIN);
        while (true) {
            linux.poll(set, -1);
            Optional<ReceivedSignal> signal = linux.nextSignal(signals);
            if (signal.isEmpty()) {
                continue;
            }
            if (signal.get().number() == Signal.SIGCHLD.number()) {
                reapUntil(command);
            } else if (LaunchSignals.isForwarded(signal.get().number())
                    && !signal.get().fromKernel()) {
                // A signal that the terminal sends (fromKernel) reaches the command directly.
                linux.kill(command, signal.get().number());
            }
        }
    }

    private void reapUntil(int command) {
        for (Optional<ChildStatus> ended = linux.reap(); ended.isPresent(); ended = linux.reap()) {
            if (ended.get().pid() == command) {
                linux.exit(ended.get().exitCode());
            }
        }
    }
}
