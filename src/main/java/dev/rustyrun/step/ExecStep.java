package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Steps that execute the command. */
public sealed interface ExecStep extends Step {

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
    record Exec(List<String> argv, List<String> env, ReaperKind reaper, List<LimitStep.SetRlimit> limits)
            implements ExecStep {
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            Command command = new Command(linux, argv, context.withHome(env), limits);
            if (reaper == ReaperKind.NONE) {
                String found = context.program();
                if (found.isEmpty()) {
                    command.become();
                } else {
                    command.become(found);
                }
            } else {
                new Reaper(context).run(command, reaper);
            }
        }

        @Override
        public String describe() {
            return reaper.words + " " + StepFormatter.shell(argv) + words(limits);
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
     * What a process that goes on alone asks {@code run} for, each {@link HostStep#NONE} where it does not.
     *
     * @param gateDue the number of {@link HostStep.SendGate}
     * @param detachDue the number of {@link HostStep.LetGo}
     * @param waitDue the number of {@link HostStep.AwaitStart}
     */
    record PartingSteps(int gateDue, int detachDue, int waitDue) {

        /** Those of a process that never does. */
        public static final PartingSteps NONE = new PartingSteps(HostStep.NONE, HostStep.NONE, HostStep.NONE);
    }

    /**
     * Becomes the command, as a copy of a small program in a joined PID namespace: what is in there can neither trace it before
     * it is the command nor find anything of ours in its memory.
     *
     * @param argv the program, looked up in the PATH of {@code env} unless it has a slash, and its arguments
     * @param handedDown the place of {@link SuccessionStep.AwaitSuccessor}'s socket
     * @param terminal whether its standard input is the terminal that is to be its session's
     * @param mayTrace whether its filter lets it be traced by its parent
     * @param byPath whether the small program is executed by way of {@code /proc}, as the filter forbids execveat(2)
     * @param parting when it goes on alone
     * @param asks what it asks {@code run} for then
     * @param limits those of the command, set by the copy right before it
     * @param cgroups how many opened cgroups it enters, which have room for no two processes; see {@link
     *     CgroupStep.EnterCgroup}
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
            PartingSteps asks,
            List<LimitStep.SetRlimit> limits)
            implements ExecStep {

        /** How {@code init} announces a copy that is traced by its parent until it is the command. */
        public static final byte TRACED = 't';
        /** How it announces any other. */
        public static final byte UNTRACED = 'u';

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
                    new PartingSteps(in.take32(), in.take32(), in.take32()),
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
                    .put8(parting.ordinal())
                    .put32(asks.gateDue())
                    .put32(asks.detachDue())
                    .put32(asks.waitDue());
            putLimits(out, limits);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            String path = context.program();
            int succession = Connection.FIRST_HANDED_DOWN + handedDown;
            Optional<AppearProgram> program = AppearProgram.create(linux, this, path, succession);
            if (program.isPresent()) {
                tellPath(linux, succession, path);
                linux.keepOnExec(succession);
                for (int i = 0; i < cgroups; i++) {
                    linux.keepOnExec(Connection.FIRST_HANDED_DOWN + i);
                }
                if (parting == Parting.BEFORE_START) {
                    takeGate(context);
                }
                program.get().become(argv, context.withHome(env), byPath);
            }
            // The kernel refuses programs from memory.
            new SuccessionStep.Appear(handedDown, terminal).apply(context);
            if (cgroups > 0) {
                new CgroupStep.EnterCgroup(cgroups).apply(context);
            }
            if (parting != Parting.NEVER) {
                new LifecycleStep.Detach(asks.detachDue()).apply(context);
            }
            if (parting == Parting.BEFORE_START) {
                new LifecycleStep.AwaitStart(asks.waitDue()).apply(context);
            }
            LaunchSignals.unblock(linux);
            new Command(linux, argv, context.withHome(env), limits).become();
        }

        @Override
        public String describe() {
            return "execute " + StepFormatter.shell(argv) + words(limits)
                    + (parting == Parting.BEFORE_START ? " once it is started" : "");
        }

        /** Announces to {@code child} that {@code init} becomes the {@link AppearProgram}, for the command at {@code path}. */
        private void tellPath(Linux linux, int socket, String path) {
            String names = String.join("\0", Command.namesOf(limits));
            byte[] text = (path + (names.isEmpty() ? "" : "\0" + names)).getBytes(StandardCharsets.UTF_8);
            boolean traced = mayTrace && parting != Parting.BEFORE_START;
            linux.writeAll(
                    socket,
                    ByteBuffer.allocate(Integer.BYTES + 2 + text.length)
                            .putInt(-2 - text.length)
                            .put(traced ? TRACED : UNTRACED)
                            .put((byte) parting.ordinal())
                            .put(text)
                            .array());
        }

        /** The program finds the gate where its numbers say. */
        private void takeGate(StepContext context) {
            context.connection().ask(asks.gateDue());
            context.linux().duplicate(context.connection().awaitDescriptor(), AppearProgram.gateOf(this));
            context.linux().duplicate(context.connection().awaitDescriptor(), AppearProgram.gateOf(this) + 1);
        }
    }

    private static List<LimitStep.SetRlimit> takeLimits(PlanReader in) {
        List<LimitStep.SetRlimit> limits = new ArrayList<>();
        for (int left = in.take8(); left > 0; left--) {
            limits.add(LimitStep.SetRlimit.read(in));
        }
        return limits;
    }

    private static void putLimits(PlanWriter out, List<LimitStep.SetRlimit> limits) {
        out.put8(limits.size());
        limits.forEach(limit -> limit.writeTo(out));
    }

    private static String words(List<LimitStep.SetRlimit> limits) {
        String all = limits.stream()
                .map(limit -> limit.name() + " " + StepFormatter.limit(limit.soft()) + ":"
                        + StepFormatter.limit(limit.hard()))
                .collect(Collectors.joining(", "));
        return all.isEmpty() ? "" : " with " + all;
    }
}
