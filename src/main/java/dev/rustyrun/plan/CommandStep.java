package dev.rustyrun.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Steps that make this process the command. */
public sealed interface CommandStep extends Step {

    /** Hands this step to the method of {@code performer} for its kind. */
    void performBy(Performer performer);

    /**
     * Opens a new pseudo-terminal, sends its master side to the {@code run} stage, and makes it the command's.
     *
     * @param console whether it is the container's /dev/console too
     * @param controls whether it becomes the controlling terminal of this process's session; not where another process goes on
     * @param rows its height in characters; 0 to leave it
     * @param columns its width in characters; 0 to leave it
     */
    record OpenTerminal(int owner, boolean console, boolean controls, int rows, int columns) implements CommandStep {
        static OpenTerminal read(PlanReader in) {
            return new OpenTerminal(in.take32(), in.takeFlag(), in.takeFlag(), in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.OPEN_TERMINAL;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(owner).putFlag(console).putFlag(controls).put32(rows).put32(columns);
        }

        @Override
        public void performBy(Performer performer) {
            performer.openTerminal(this);
        }

        @Override
        public String describe() {
            return "open terminal for uid " + owner;
        }
    }

    /**
     * Goes to the working directory.
     *
     * @param make whether it is made when it is missing
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
        public void performBy(Performer performer) {
            performer.changeDirectory(this);
        }

        @Override
        public String describe() {
            return "change to directory " + path;
        }
    }

    /** Looks up the home directory of a user in the container's /etc/passwd: the command's HOME, which its environment lacks. */
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
        public void performBy(Performer performer) {
            performer.findHome(this);
        }

        @Override
        public String describe() {
            return "find the home of uid " + uid;
        }
    }

    /**
     * Puts the command's descriptors in their places, lets no other survive, and lets signals come again: a step of its own,
     * so that a filter installed after it need allow nothing but the execve.
     *
     * @param reaper whether PID 1 is a reaper, which goes on waiting for blocked signals
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
        public void performBy(Performer performer) {
            performer.handOver(this);
        }

        @Override
        public String describe() {
            return "hand over the command's descriptors";
        }
    }

    /** What the process that a command starts from is while the command runs. */
    enum ReaperKind {
        /** The command itself. */
        NONE("execute"),
        /** A program of its own, executed by descriptor, which holds nothing of the host's. */
        PROGRAM("start under a reaper"),
        /** The same program where a filter forbids execveat(2): executed by way of the container's {@code /proc}. */
        PROGRAM_BY_PATH("start under a reaper"),
        /** The stage, where a filter forbids what the program needs. */
        STAGE("start under this stage as its reaper");

        private final String words;

        ReaperKind(String words) {
            this.words = words;
        }
    }

    /**
     * Becomes the command, or starts it under a reaper.
     *
     * @param argv the program, looked up in the PATH of {@code env} unless it has a slash, and its arguments
     * @param reaper what this process is then
     * @param limits the command's, which are set with its execve: the stage may not be able to do anything with them
     */
    record Exec(List<String> argv, List<String> env, ReaperKind reaper, List<PrivilegeStep.SetRlimit> limits)
            implements CommandStep {
        public Exec {
            argv = List.copyOf(argv);
            env = List.copyOf(env);
            limits = List.copyOf(limits);
        }

        static Exec read(PlanReader in) {
            List<String> argv = in.takeTexts();
            List<String> env = in.takeTexts();
            ReaperKind reaper = in.takeOneOf(ReaperKind.values());
            return new Exec(argv, env, reaper, takeLimits(in));
        }

        @Override
        public StepKind kind() {
            return StepKind.EXEC;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putTexts(argv).putTexts(env).put8(reaper.ordinal());
            putLimits(out, limits);
        }

        @Override
        public void performBy(Performer performer) {
            performer.exec(this);
        }

        @Override
        public String describe() {
            return reaper.words + " " + Words.shell(argv) + words(limits);
        }
    }

    /** When the command goes on without the processes that have set it up. */
    enum Parting {
        NEVER,
        /** Then whoever is next above those processes hears how it ends. */
        WHEN_EXECUTED,
        /** It waits for {@code rustyrun start} by itself. */
        BEFORE_START
    }

    /**
     * Becomes the command, as a copy of a small program in a joined PID namespace: what is in there can neither trace it before
     * it is the command nor find anything of ours in its memory.
     *
     * @param argv the program, looked up in the PATH of {@code env} unless it has a slash, and its arguments
     * @param handedDown the place of {@link NamespaceStep.AwaitSuccessor}'s socket
     * @param terminal whether its standard input is the terminal that is to be its session's
     * @param mayTrace whether its filter lets it be traced by its parent
     * @param byPath whether the small program is executed by way of {@code /proc}, as the filter forbids execveat(2)
     * @param parting when it goes on alone
     * @param limits those of the command, set by the copy right before it
     * @param cgroups how many opened cgroups it enters, which have room for no two processes; see {@link
     *     NamespaceStep.EnterCgroup}
     */
    record ExecAppearing(
            List<String> argv,
            List<String> env,
            int handedDown,
            boolean terminal,
            boolean mayTrace,
            boolean byPath,
            int cgroups,
            Parting parting,
            List<PrivilegeStep.SetRlimit> limits)
            implements CommandStep {
        public ExecAppearing {
            argv = List.copyOf(argv);
            env = List.copyOf(env);
            limits = List.copyOf(limits);
        }

        static ExecAppearing read(PlanReader in) {
            return new ExecAppearing(
                    in.takeTexts(),
                    in.takeTexts(),
                    in.take32(),
                    in.takeFlag(),
                    in.takeFlag(),
                    in.takeFlag(),
                    in.take32(),
                    in.takeOneOf(Parting.values()),
                    takeLimits(in));
        }

        @Override
        public StepKind kind() {
            return StepKind.EXEC_APPEARING;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putTexts(argv)
                    .putTexts(env)
                    .put32(handedDown)
                    .putFlag(terminal)
                    .putFlag(mayTrace)
                    .putFlag(byPath)
                    .put32(cgroups)
                    .put8(parting.ordinal());
            putLimits(out, limits);
        }

        @Override
        public void performBy(Performer performer) {
            performer.execAppearing(this);
        }

        @Override
        public String describe() {
            return "execute " + Words.shell(argv) + words(limits)
                    + (parting == Parting.BEFORE_START ? " once it is started" : "");
        }
    }

    private static List<PrivilegeStep.SetRlimit> takeLimits(PlanReader in) {
        List<PrivilegeStep.SetRlimit> limits = new ArrayList<>();
        for (int left = in.take8(); left > 0; left--) {
            limits.add(PrivilegeStep.SetRlimit.read(in));
        }
        return limits;
    }

    private static void putLimits(PlanWriter out, List<PrivilegeStep.SetRlimit> limits) {
        out.put8(limits.size());
        limits.forEach(limit -> limit.writeTo(out));
    }

    private static String words(List<PrivilegeStep.SetRlimit> limits) {
        String all = limits.stream()
                .map(limit -> limit.name() + " " + Words.limit(limit.soft()) + ":" + Words.limit(limit.hard()))
                .collect(Collectors.joining(", "));
        return all.isEmpty() ? "" : " with " + all;
    }

    /** The code for each kind of step in this family: a new kind does not compile until it has some. */
    interface Performer {
        void openTerminal(OpenTerminal step);

        void changeDirectory(ChangeDirectory step);

        void findHome(FindHome step);

        void handOver(HandOver step);

        void exec(Exec step);

        void execAppearing(ExecAppearing step);
    }
}
