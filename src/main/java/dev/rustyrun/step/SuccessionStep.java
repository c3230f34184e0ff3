package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Signal;
import java.nio.ByteBuffer;

/** Steps after which another process, inside the PID namespace that the container joins, continues as {@code init}. */
public sealed interface SuccessionStep extends Step {

    /**
     * Opens the socket on which {@code child} learns which process {@link Appear} has made its {@code init}.
     *
     * @param handedDown index among the descriptors that {@code init} inherits
     * @param partDue index of {@link HostStep.Part}, if the successor continues alone
     */
    record AwaitSuccessor(int handedDown, int partDue) implements SuccessionStep {
        static AwaitSuccessor read(PlanReader in) {
            return new AwaitSuccessor(in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.AWAIT_SUCCESSOR;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(handedDown).put32(partDue);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            int[] pair = linux.messagePair();
            linux.duplicate(pair[1], Connection.FIRST_HANDED_DOWN + handedDown);
            linux.close(pair[1]);
            context.setSuccession(pair[0], partDue);
        }

        @Override
        public String describe() {
            return "await the process that continues as init";
        }
    }

    /**
     * Continues as a copy of this process in the joined PID namespace; until then, the processes there have seen
     * nothing. Before it joins, the process must have dropped all access to the host.
     *
     * @param handedDown index of the socket of {@link AwaitSuccessor}
     * @param terminal whether its standard input becomes the controlling terminal of its session
     */
    record Appear(int handedDown, boolean terminal) implements SuccessionStep {
        static Appear read(PlanReader in) {
            return new Appear(in.take32(), in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.APPEAR;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(handedDown).putFlag(terminal);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            int succession = Connection.FIRST_HANDED_DOWN + handedDown;
            // The messages must be sent even if child ends as soon as it has released the copy.
            linux.prctl(Prctl.PR_SET_PDEATHSIG, 0);
            int successor = linux.forkSibling();
            if (successor != 0) {
                context.connection().send(new Report.Appeared(successor));
                sendChild(linux, succession, successor);
                linux.exit(0);
            }
            linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
            PollSet set = new PollSet(1);
            set.add(succession, 0);
            if (linux.poll(set, 0) && set.found(succession, PollSet.POLLHUP | PollSet.POLLERR)) {
                // Child ended before it could adopt this process.
                linux.exit(StepFailure.RUSTYRUN_FAILED);
            }
            linux.close(succession);
            linux.startSession();
            if (terminal) {
                linux.setControllingTerminal(0);
            }
        }

        @Override
        public String describe() {
            return "fork into the container's PID namespace";
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.EAGAIN
                    ? "the container has reached its limit of processes: end some, or raise the limit"
                    : SuccessionStep.super.hint(errno);
        }

        private static void sendChild(Linux linux, int succession, int successor) {
            try {
                byte[] pid =
                        ByteBuffer.allocate(Integer.BYTES).putInt(successor).array();
                linux.send(succession, pid, -1);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EPIPE) {
                    throw e;
                }
                // It has ended, and the successor ends, too.
            }
        }
    }
}
