package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.plan.CommandStep;

/** The command's terminal: a pseudo-terminal of the container's own devpts, so that it has a name inside; man 7 pty. */
final class ContainerTerminal {

    private static final String CONSOLE = "/dev/console";
    private static final int TTY_GROUP_AS_IT_IS = -1;

    private final StageContext context;
    private final Linux linux;

    ContainerTerminal(StageContext context) {
        this.context = context;
        this.linux = context.linux();
    }

    /** Opens it, sends its master side to {@code run}, makes it descriptors 0, 1 and 2, and perhaps /dev/console. */
    void open(CommandStep.OpenTerminal step) {
        int flags = FileFlag.O_RDWR | FileFlag.O_NOCTTY;
        try (OpenFile master = context.inside().opened("/dev/pts/ptmx", flags);
                OpenFile peer = new OpenFile(linux, linux.openTerminalPeer(master.descriptor()))) {
            if (step.rows() > 0 && step.columns() > 0) {
                linux.setWindowSize(master.descriptor(), new WindowSize(step.rows(), step.columns()));
            }
            linux.changeOwner(peer.descriptor(), step.owner(), TTY_GROUP_AS_IT_IS);
            context.channel().send(new Report.TerminalOpened(master.descriptor()));
            if (step.console()) {
                showAsConsole(peer);
            }
            if (step.controls()) {
                linux.setControllingTerminal(peer.descriptor());
            }
            for (int standard = 0; standard <= 2; standard++) {
                linux.duplicate(peer.descriptor(), standard);
            }
        }
    }

    /** In a directory of the host's nothing is made for it: there is a console only where that has a file for it. */
    private void showAsConsole(OpenFile peer) {
        boolean makes = context.isOwn("/dev");
        try (OpenFile console = makes
                ? context.inside().fileWithoutLinks(CONSOLE)
                : context.inside().existingWithoutLinks(CONSOLE, "a file")) {
            linux.mount(peer.path(), console.path(), null, MountFlag.MS_BIND.value(), null);
        } catch (LinuxException e) {
            if (makes || e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}
