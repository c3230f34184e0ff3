package dev.rustyrun.stage;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Received;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.step.LaunchSignals;
import dev.rustyrun.step.RootStep;
import dev.rustyrun.step.StepContext;
import dev.rustyrun.step.StepFailure;

/**
 * A process that starts stages for a server by copying itself. A server cannot copy itself, because it has many
 * threads, and executing the program once for each stage takes most of the time of a launch. The zygote has no data of
 * any launch, does nothing else, and dies with the server.
 *
 * <p>A container's command may access {@code /proc/self/exe} while {@code init} becomes the command (CVE-2019-5736).
 * Therefore the zygote first executes the program again from a read-only mount that no other process has seen, and then
 * returns to the server's mounts; all copies share that executable.
 */
public final class ZygoteStage {

    /** The name of this stage on the command line. */
    public static final String NAME = "zygote";
    /** The name of this stage when it runs from the read-only mount. */
    public static final String PROTECTED = "protected-zygote";

    /** The number of files for a {@code child}: the standard files and the channel. */
    static final int FILES = StageChannel.DESCRIPTOR + 1;

    private static final int HOST_MOUNTS = StageChannel.FIRST_HANDED_DOWN;
    private static final int HOST_ROOT = HOST_MOUNTS + 1;

    private final Linux linux;
    private final SelfExec self;

    public ZygoteStage(Linux linux, SelfExec self) {
        this.linux = linux;
        this.self = self;
    }

    /**
     * Runs the stage.
     *
     * @param word {@link #NAME} or {@link #PROTECTED}
     * @param server process id of the process that started this one
     * @return the code to exit with
     */
    public int perform(String word, int server) {
        linux.prctl(Prctl.PR_SET_DUMPABLE, 0);
        LaunchSignals.block(linux);
        linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
        if (linux.parentProcessId() != server) {
            return StepFailure.RUSTYRUN_FAILED;
        }
        if (word.equals(NAME)) {
            becomeProtected(server);
        }
        try (OpenFile mounts = new OpenFile(linux, HOST_MOUNTS)) {
            linux.setNamespace(mounts.descriptor(), CloneFlag.CLONE_NEWNS.value());
        }
        try (OpenFile root = new OpenFile(linux, HOST_ROOT)) {
            // The server may be in a chroot, which setns(2) has left.
            linux.changeDirectory(root.descriptor());
            linux.chroot(".");
        }
        serve(server);
        return 0;
    }

    private void becomeProtected(int server) {
        linux.duplicate(linux.open("/proc/self/ns/mnt", FileFlag.O_RDONLY), HOST_MOUNTS);
        linux.duplicate(linux.open("/", FileFlag.O_PATH | FileFlag.O_DIRECTORY), HOST_ROOT);
        linux.unshare(CloneFlag.CLONE_NEWNS.value());
        linux.mount(null, "/", null, MountFlag.of(MountFlag.MS_REC, MountFlag.MS_PRIVATE), null);
        StepContext context = new StepContext(linux, new StageChannel(linux), false);
        new RootStep.ProtectProgram(self.program()).apply(context);
        self.become(linux, PROTECTED, Integer.toString(server));
    }

    /**
     * Answers requests until the server ends. A request has the files of a {@code child}, the answer its process id or
     * an errno.
     */
    private void serve(int server) {
        linux.closeOnExec(StageChannel.DESCRIPTOR);
        StageCopy copies = new StageCopy(linux);
        copies.prepare();
        int[] files = new int[FILES];
        while (takeFiles(linux, StageChannel.DESCRIPTOR, files)) {
            int answer;
            try {
                answer = copies.startChild(server, files);
            } catch (LinuxException e) {
                answer = -e.errno();
            }
            for (int file : files) {
                linux.close(file);
            }
            if (!answer(linux, StageChannel.DESCRIPTOR, answer)) {
                return;
            }
        }
    }

    /** Reads the files of a request; returns false when the server has ended. */
    static boolean takeFiles(Linux linux, int channel, int[] files) {
        byte[] mark = new byte[1];
        try {
            for (int i = 0; i < files.length; i++) {
                Received received = linux.receive(channel, mark, mark.length);
                if (received.count() == 0) {
                    return false;
                }
                files[i] = received.descriptor();
            }
            return true;
        } catch (LinuxException e) {
            return stayed(e);
        }
    }

    /** Answers a request; returns false when the server has ended. */
    static boolean answer(Linux linux, int channel, int answer) {
        try {
            linux.send(channel, StageChannel.encode(answer), -1);
            return true;
        } catch (LinuxException e) {
            return stayed(e);
        }
    }

    /**
     * Returns false for an error that means that the server closed its end, before or after it read the last answer
     * (EPIPE, ECONNRESET).
     */
    private static boolean stayed(LinuxException e) {
        if (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET) {
            return false;
        }
        throw e;
    }
}
