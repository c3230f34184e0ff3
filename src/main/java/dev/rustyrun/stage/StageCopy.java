package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.SignalSet;
import dev.rustyrun.step.StepFailure;

/**
 * Starts stages as copies of a process with one thread that has loaded the program already, instead of executing it
 * again: {@code child} as a copy of the {@linkplain ZygoteStage zygote}, {@code init} as a copy of {@code child}. The
 * stages behave the same; whatever an execve would remove from the process is removed here.
 */
final class StageCopy implements InitStart {

    private static final int LAST = -1;

    private final Linux linux;
    private SignalSet ignored;

    StageCopy(Linux linux) {
        this.linux = linux;
    }

    @Override
    public void prepare() {
        if (ignored == null) {
            linux.prepareCopies();
            // Copies inherit this, so they need not ask the kernel about each signal.
            ignored = linux.ignoredSignals();
        }
    }

    /**
     * Starts {@code child} as a child of this process's parent.
     *
     * @param parent process id of that parent
     * @param files descriptors that become its 0, 1 and so on; their own numbers are higher
     * @return its process id
     */
    int startChild(int parent, int[] files) {
        int pid = linux.forkSibling();
        if (pid == 0) {
            perform(() -> {
                for (int i = 0; i < files.length; i++) {
                    linux.duplicate(files[i], i);
                }
                linux.closeRange(files.length, LAST);
                return new ChildStage(linux, this).perform(parent);
            });
        }
        return pid;
    }

    @Override
    public int start(int handedDown) {
        int pid = linux.fork();
        if (pid == 0) {
            perform(() -> {
                linux.closeRange(StageChannel.DESCRIPTOR + 1, StageChannel.FIRST_HANDED_DOWN - 1);
                linux.closeRange(StageChannel.FIRST_HANDED_DOWN + handedDown, LAST);
                return InitStage.copied(linux, ignored).perform();
            });
        }
        return pid;
    }

    private interface Performance {
        int perform();
    }

    /** Runs a stage in the copy, which never returns to the code of the original. */
    private void perform(Performance stage) {
        int status = StepFailure.RUSTYRUN_FAILED;
        try {
            status = stage.perform();
        } catch (RuntimeException | Error e) {
            System.err.println(Printable.line("rustyrun: " + e.getMessage()));
        } finally {
            linux.exit(status);
        }
    }
}
