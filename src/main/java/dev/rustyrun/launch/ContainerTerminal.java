package dev.rustyrun.launch;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.plan.CommandStep;

/** The command's terminal: a pseudo-terminal of the container's own devpts, so that it has a name inside; man 7 pty. */
final class ContainerTerminal {

    private static final int TTY_GROUP_AS_IT_IS = -1;

    private final Linux linux;
    private final InsideRootfs inside;
    private final StageChannel channel;

    ContainerTerminal(Linux linux, InsideRootfs inside, StageChannel channel) {
        this.linux = linux;
        this.inside = inside;
        this.channel = channel;
    }

    /** Opens it, sends its master side to {@code run}, makes it descriptors 0, 1 and 2, and perhaps /dev/console. */
    void open(CommandStep.OpenTerminal step) {
        int flags = FileFlag.O_RDWR | FileFlag.O_NOCTTY;
        try (OpenFile master = inside.opened("/dev/pts/ptmx", flags);
                OpenFile peer = new OpenFile(linux, linux.openTerminalPeer(master.descriptor()))) {
            if (step.rows() > 0 && step.columns() > 0) {
                linux.setWindowSize(master.descriptor(), new WindowSize(step.rows(), step.columns()));
            }
            linux.changeOwner(peer.descriptor(), step.owner(), TTY_GROUP_AS_IT_IS);
            channel.send(new Report.TerminalOpened(master.descriptor()));
            if (step.console()) {
                try (OpenFile console = inside.fileWithoutLinks("/dev/console")) {
                    linux.mount(peer.path(), console.path(), null, MountFlag.MS_BIND.value(), null);
                }
            }
            linux.setControllingTerminal(peer.descriptor());
            for (int standard = 0; standard <= 2; standard++) {
                linux.duplicate(peer.descriptor(), standard);
            }
        }
    }
}
