package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.StepLog;
import dev.rustyrun.stage.StartReports;
import dev.rustyrun.step.HookRunner.HookFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Starts the command of a created container; runtime-spec runtime.md, "Start". */
public final class Start {

    private static final byte[] GO = {'g'};
    private static final int FAILED = 125;

    private final Linux linux;
    private final ContainerStore store;
    private final StepLog steps;

    /** @param steps receives traced steps */
    public Start(CommandTools tools, StepLog steps) {
        this.linux = tools.linux();
        this.store = tools.store();
        this.steps = steps;
    }

    /**
     * Starts the command, and waits until it is executed.
     *
     * @return the failure, if the command could not be executed or a poststart hook failed
     * @throws InvalidSpecException when the container is not in the state "created", or its bundle has no process
     */
    public Optional<Outcome> start(String id) {
        ContainerState state;
        try (ContainerLock held = store.lock(id)) {
            state = store.get(id);
            ContainerStatus status = store.status(state);
            if (status != ContainerStatus.CREATED) {
                throw new InvalidSpecException(
                        "cannot start container \"" + id + "\": it is " + status.word() + ", not created");
            }
            if (!state.origin().hasProcess()) {
                throw new InvalidSpecException(
                        "cannot start container \"" + id + "\": its config.json has no process to start");
            }
            Optional<Outcome> failure = openGate(id);
            if (failure.isPresent()) {
                return failure;
            }
        }
        if (state.origin().hasLateHooks()) {
            return runHooks(state);
        }
        return Optional.empty();
    }

    /** Runs the poststart hooks; a failing hook ends the container; runtime-spec runtime.md, "Lifecycle", 9. */
    private Optional<Outcome> runHooks(ContainerState state) {
        String config = store.files(state.id()).config();
        List<Hooks.Hook> hooks = BundleReader.parse(Path.of(state.origin().bundle()), config)
                .spec()
                .hooks()
                .poststart();
        try {
            new HookStage(linux).run("poststart", hooks, state, ContainerStatus.RUNNING);
            return Optional.empty();
        } catch (HookFailure e) {
            if (store.isInitAlive(state)) {
                linux.kill(state.pid(), Signal.SIGKILL.number());
            }
            return Optional.of(
                    failed("the container was killed because a poststart hook failed: " + e.getMessage(), FAILED));
        }
    }

    private Optional<Outcome> openGate(String id) {
        try (OpenFile fifo = store.files(id).openFifo(FileFlag.O_WRONLY | FileFlag.O_NONBLOCK)) {
            linux.writeAll(fifo.descriptor(), GO);
            store.files(id).removeFifo();
            // The other end is closed by the execve of the command, or by the end of the process that should execute
            // it.
            PollSet set = new PollSet(1);
            set.add(fifo.descriptor(), 0);
            linux.poll(set, -1);
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENXIO) {
                store.files(id).removeFifo();
                throw new InvalidSpecException(
                        "cannot start container \"" + id + "\": it no longer waits for the start");
            }
            throw e;
        }
        Optional<StartReports.Failure> failure =
                StartReports.read(linux, store.files(id).openReports(), steps);
        store.files(id).removeReports();
        return failure.map(found -> failed(found.message(), found.exitCode()));
    }

    private static Outcome failed(String message, int exitCode) {
        return new Outcome(Outcome.Reason.SETUP_FAILED, exitCode, 0, message, 0, 0, -1, "");
    }
}
