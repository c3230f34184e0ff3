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

    /** The role of the process that starts a command, while the command runs. */
    enum ReaperKind {
        /** The command itself. */
        NONE("execute"),
        /** A separate program, executed by descriptor, which contains no data of the host. */
        PROGRAM("start under a reaper"),
        /**
         * The same separate program where a filter forbids execveat(2): executed through the container's {@code /proc}.
         */
        PROGRAM_BY_PATH("start under a reaper"),
        /** The stage itself, where a filter forbids calls that the program needs. */
        STAGE("start under this stage as its reaper");

        private final String words;

        ReaperKind(String words) {
            this.words = words;
        }
    }

    /**
     * Executes the command, or starts it under a reaper.
     *
     * @param argv program and arguments; the program is looked up in the PATH of {@code env} unless it contains a slash
     * @param reaper the role of this process afterwards
     * @param limits resource limits of the command, set right before its execve, because the stage may not work with
     *     them
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

    /** When the command continues without the processes that have set it up. */
    enum Parting {
        NEVER,
        /** The parent of those processes then learns how the command ends. */
        WHEN_EXECUTED,
        /** The command waits for {@code rustyrun start} on its own. */
        BEFORE_START
    }

    /**
     * The host steps that a process requests when it continues alone; {@link HostStep#NONE} for those that it does not.
     *
     * @param gateDue index of {@link HostStep.SendGate}
     * @param detachDue index of {@link HostStep.LetGo}
     * @param waitDue index of {@link HostStep.AwaitStart}
     */
    record PartingSteps(int gateDue, int detachDue, int waitDue) {

        /** The steps of a process that never continues alone. */
        public static final PartingSteps NONE = new PartingSteps(HostStep.NONE, HostStep.NONE, HostStep.NONE);
    }

    /**
     * Executes the command as a copy of a small program in a joined PID namespace. The processes there can neither
     * trace it before the execve nor find data of Rustyrun in its memory.
     *
     * @param argv program and arguments; the program is looked up in the PATH of {@code env} unless it contains a slash
     * @param handedDown index of the socket of {@link SuccessionStep.AwaitSuccessor}
     * @param terminal whether its standard input becomes the controlling terminal of its session
     * @param mayTrace whether its filter permits that its parent traces it
     * @param byPath whether the small program is executed through {@code /proc}, because the filter forbids execveat(2)
     * @param parting when it continues alone
     * @param asks the host steps that it requests then
     * @param limits resource limits of the command, which the copy sets right before its execve
     * @param cgroups number of opened cgroups to enter late, because they have room for one process only; see
     *     {@link CgroupStep.EnterCgroup}
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

        /** Announces a copy that its parent traces until the execve. */
        public static final byte TRACED = 't';
        /** Announces a copy that is not traced. */
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
                sendPath(linux, succession, path);
                linux.keepOnExec(succession);
                for (int i = 0; i < cgroups; i++) {
                    linux.keepOnExec(Connection.FIRST_HANDED_DOWN + i);
                }
                if (parting == Parting.BEFORE_START) {
                    takeGate(context);
                }
                program.get().become(argv, context.withHome(env), byPath);
            }
            // The kernel does not permit programs in memory.
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

        /**
         * Announces to {@code child} that {@code init} becomes the {@link AppearProgram}, for the command at
         * {@code path}.
         */
        private void sendPath(Linux linux, int socket, String path) {
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

        /** Moves the gate to the descriptor that the program expects. */
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
