package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.spec.Outcome;

/** Steps that prepare this process for the command. */
public sealed interface CommandStep extends Step {

    /**
     * Opens a new pseudo-terminal, sends its master side to the {@code run} stage, and gives the other side to the
     * command.
     *
     * @param console whether it is also the container's /dev/console
     * @param controls whether it becomes the controlling terminal of this process's session; not where another process
     *     continues
     * @param rows height in characters; 0 to leave it unchanged
     * @param columns width in characters; 0 to leave it unchanged
     * @param due index of {@link HostStep.TakeTerminal}
     */
    record OpenTerminal(int owner, boolean console, boolean controls, int rows, int columns, int due)
            implements CommandStep {

        private static final String CONSOLE = "/dev/console";
        private static final int GROUP_AS_IT_IS = -1;

        static OpenTerminal read(PlanReader in) {
            return new OpenTerminal(in.take32(), in.takeFlag(), in.takeFlag(), in.take32(), in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.OPEN_TERMINAL;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(owner)
                    .putFlag(console)
                    .putFlag(controls)
                    .put32(rows)
                    .put32(columns)
                    .put32(due);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            int flags = FileFlag.O_RDWR | FileFlag.O_NOCTTY;
            try (OpenFile master = context.inside().opened("/dev/pts/ptmx", flags);
                    OpenFile peer = new OpenFile(linux, linux.openTerminalPeer(master.descriptor()))) {
                if (rows > 0 && columns > 0) {
                    linux.setWindowSize(master.descriptor(), new WindowSize(rows, columns));
                }
                linux.changeOwner(peer.descriptor(), owner, GROUP_AS_IT_IS);
                context.connection().send(new Report.Due(due, master.descriptor()));
                // Until it has the size and the modes of the user's terminal: a later change is a signal to the
                // command.
                if (!context.connection().awaitGo()) {
                    throw new StepFailure("run, which takes the terminal, has ended");
                }
                if (console) {
                    showAsConsole(context, peer);
                }
                if (controls) {
                    linux.setControllingTerminal(peer.descriptor());
                }
                for (int standard = 0; standard < Connection.DESCRIPTOR; standard++) {
                    linux.duplicate(peer.descriptor(), standard);
                }
            }
        }

        @Override
        public String describe() {
            return "open terminal for uid " + owner;
        }

        /** Nothing is created in a directory of the host: there, the console exists only if /dev/console does. */
        private static void showAsConsole(StepContext context, OpenFile peer) {
            boolean makes = context.isOwn("/dev");
            try (OpenFile console = makes
                    ? context.inside().fileWithoutLinks(CONSOLE)
                    : context.inside().existingWithoutLinks(CONSOLE, "a file")) {
                context.linux().mount(peer.path(), console.path(), null, MountFlag.MS_BIND.value(), null);
            } catch (LinuxException e) {
                if (makes || e.errno() != Errno.ENOENT) {
                    throw e;
                }
            }
        }
    }

    /**
     * Changes the working directory.
     *
     * @param make whether it is created when missing
     */
    record ChangeDirectory(String path, boolean make) implements CommandStep {
        static ChangeDirectory read(PlanReader in) {
            return new ChangeDirectory(in.takeText(), in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.CHANGE_DIRECTORY;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path).putFlag(make);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            InsideRootfs inside = context.inside();
            try (OpenFile directory = make ? inside.directory(path) : inside.existing(path)) {
                linux.changeDirectory(directory.descriptor());
            }
        }

        @Override
        public String describe() {
            return "change to directory " + path;
        }

        @Override
        public Outcome.Fault concerns() {
            return Outcome.Fault.WORKDIR;
        }
    }

    /**
     * Looks up a user's home directory in the container's /etc/passwd, for HOME, which the command's environment lacks.
     */
    record FindHome(int uid) implements CommandStep {
        static FindHome read(PlanReader in) {
            return new FindHome(in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.FIND_HOME;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(uid);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            context.setHome(HomeDirectory.of(linux, context.inside(), uid));
        }

        @Override
        public String describe() {
            return "find the home of uid " + uid;
        }
    }

    /**
     * Moves the command's descriptors to their numbers, sets close-on-exec for all others, and unblocks signals. It is
     * a separate step, so that a filter installed after it need allow only the execve.
     *
     * @param reaper whether PID 1 is a reaper, which keeps waiting for blocked signals
     */
    record HandOver(boolean reaper) implements CommandStep {
        static HandOver read(PlanReader in) {
            return new HandOver(in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.HAND_OVER;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putFlag(reaper);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.closeOnExecFrom(Connection.DESCRIPTOR);
            place(context);
            context.stopIgnoringSignals();
            if (!reaper) {
                LaunchSignals.unblock(linux);
            }
        }

        @Override
        public String describe() {
            return "hand over the command's descriptors";
        }

        private static void place(StepContext context) {
            int[] descriptors = context.descriptorsForCommand();
            if (descriptors.length > 0) {
                context.connection().moveFrom(Connection.FIRST_HANDED_DOWN + descriptors.length);
                context.moveGateFrom(Connection.FIRST_HANDED_DOWN + descriptors.length);
            }
            for (int i = 0; i < descriptors.length; i++) {
                if (descriptors[i] != Connection.NO_DESCRIPTOR) {
                    context.linux().duplicate(descriptors[i], Connection.DESCRIPTOR + i);
                }
            }
        }
    }
}
