package dev.rustyrun.launch;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.ReceivedSignal;
import dev.rustyrun.linux.Signal;
import java.util.Optional;

/** PID 1 for commands that do not want to be it: starts the command, passes signals on, and reaps orphans. */
final class Reaper {

    private final StageContext context;
    private final Linux linux;

    Reaper(StageContext context) {
        this.context = context;
        this.linux = context.linux();
    }

    /** Runs {@code command} and exits as it does. Throws when it cannot be started. */
    void run(Command command) {
        int signals = linux.signalDescriptor(LaunchSignals.HANDLED);
        int pid = command.start(StageChannel.DESCRIPTOR + context.descriptorsForCommand().length);
        // What is left open is the signal descriptor: the channel's end tells run that the command has started.
        context.channel().close();
        context.closeGate();
        int[] handedOver = context.descriptorsForCommand();
        for (int i = 0; i < handedOver.length; i++) {
            if (handedOver[i] != StageChannel.NO_DESCRIPTOR) {
                linux.close(StageChannel.DESCRIPTOR + i);
            }
        }
        PollSet set = new PollSet(1);
        set.add(signals, PollSet.POLLIN);
        while (true) {
            linux.poll(set, -1);
            Optional<ReceivedSignal> signal = linux.nextSignal(signals);
            if (signal.isEmpty()) {
                continue;
            }
            if (signal.get().number() == Signal.SIGCHLD.number()) {
                reapUntil(pid);
            } else if (LaunchSignals.isForwarded(signal.get().number())
                    && !signal.get().fromKernel()) {
                // The terminal's own signals (fromKernel) reach the command without help.
                linux.kill(pid, signal.get().number());
            }
        }
    }

    private void reapUntil(int pid) {
        for (Optional<ChildStatus> ended = linux.reap(); ended.isPresent(); ended = linux.reap()) {
            if (ended.get().pid() == pid) {
                linux.exit(ended.get().exitCode());
            }
        }
    }
}
