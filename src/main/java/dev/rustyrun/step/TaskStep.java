package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.SchedulerAttributes;
import dev.rustyrun.spec.CpuList;
import dev.rustyrun.spec.Scheduling;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * Steps that set how the kernel treats the process that becomes the command: processors, disks, memory, security
 * labels; runtime-spec config.md, "Linux Process".
 */
public sealed interface TaskStep extends Step {

    @Override
    default String hint(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "this needs CAP_SYS_NICE on the host, and a real-time budget of the cgroup";
            case Errno.EBUSY -> "the processors do not have that much time left";
            case Errno.EINVAL -> "does this machine have these processors, nodes or policies?";
            case Errno.ENOSYS -> "this kernel does not support it";
            default -> "";
        };
    }

    /**
     * Opens the file that sets this thread's label for its next execve, while {@code /proc} is still the host's and
     * cannot be replaced; man 5 proc_pid_attr.
     *
     * @param file path such as {@code /proc/thread-self/attr/exec}
     * @param older path of the file on an older kernel; empty for none
     */
    record OpenLabel(String file, String older) implements TaskStep {
        static OpenLabel read(PlanReader in) {
            return new OpenLabel(in.takeText(), in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.OPEN_LABEL;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(file).putText(older);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try {
                context.setLabel(linux.open(file, FileFlag.O_WRONLY));
            } catch (LinuxException e) {
                if (e.errno() != Errno.ENOENT || older.isEmpty()) {
                    throw e;
                }
                context.setLabel(linux.open(older, FileFlag.O_WRONLY));
            }
        }

        @Override
        public String describe() {
            return "open " + file;
        }
    }

    /**
     * Writes the label to the open file, and closes it.
     *
     * @param module security module of the label, for messages
     * @param text data to write
     */
    record SetLabel(String module, String text) implements TaskStep {
        static SetLabel read(PlanReader in) {
            return new SetLabel(in.takeText(), in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_LABEL;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(module).putText(text);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try (OpenFile file = new OpenFile(linux, context.label())) {
                linux.writeAll(file.descriptor(), text.getBytes(StandardCharsets.UTF_8));
            }
        }

        @Override
        public String describe() {
            return "set the " + module + " label: " + text;
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.ENOENT || errno == Errno.EINVAL
                    ? "is that profile or label loaded on this machine?"
                    : "";
        }
    }

    /**
     * Restricts the process to some processors; man 2 sched_setaffinity.
     *
     * @param processors a list such as {@code 0-3,5}
     */
    record SetAffinity(String processors) implements TaskStep {
        static SetAffinity read(PlanReader in) {
            return new SetAffinity(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_AFFINITY;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(processors);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.setAffinity(CpuList.parse("processors", processors));
        }

        @Override
        public String describe() {
            return "run on processors " + processors;
        }
    }

    /**
     * Changes the execution domain; man 2 personality.
     *
     * @param word the specification's name
     * @param persona a PER_ constant
     */
    record SetPersonality(String word, long persona) implements TaskStep {
        static SetPersonality read(PlanReader in) {
            return new SetPersonality(in.takeText(), in.take64());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_PERSONALITY;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(word).put64(persona);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.setPersonality(persona);
        }

        @Override
        public String describe() {
            return "set personality " + word;
        }
    }

    /**
     * Sets the NUMA memory policy; man 2 set_mempolicy.
     *
     * @param mode an MPOL_ constant, with MPOL_F_ bits
     * @param word name of the mode
     * @param nodes list of memory nodes; empty for none
     */
    record SetMemoryPolicy(int mode, String word, String nodes) implements TaskStep {
        static SetMemoryPolicy read(PlanReader in) {
            return new SetMemoryPolicy(in.take32(), in.takeText(), in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_MEMORY_POLICY;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(mode).putText(word).putText(nodes);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.setMemoryPolicy(mode, nodes.isEmpty() ? new BitSet() : CpuList.parse("nodes", nodes));
        }

        @Override
        public String describe() {
            return "set memory policy " + word + (nodes.isEmpty() ? "" : " nodes " + nodes);
        }
    }

    /**
     * Sets the I/O priority; man 2 ioprio_set.
     *
     * @param ioClass number of the class
     * @param word name of the class
     * @param level level in the class, 0 to 7
     */
    record SetIoPriority(int ioClass, String word, int level) implements TaskStep {
        static SetIoPriority read(PlanReader in) {
            return new SetIoPriority(in.take32(), in.takeText(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_IO_PRIORITY;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(ioClass).putText(word).put32(level);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.setIoPriority(ioClass, level);
        }

        @Override
        public String describe() {
            return "set io priority " + word + " " + level;
        }
    }

    /**
     * Sets the scheduling policy; man 2 sched_setattr.
     *
     * @param word name of the policy
     */
    record SetScheduler(String word, SchedulerAttributes attributes) implements TaskStep {
        /** Sets the requested policy. */
        public static SetScheduler of(Scheduling.Cpu cpu) {
            long flags = 0;
            for (Scheduling.Flag flag : cpu.flags()) {
                flags |= flag.value();
            }
            return new SetScheduler(
                    cpu.policy().name(),
                    new SchedulerAttributes(
                            cpu.policy().ordinal(),
                            flags,
                            cpu.nice(),
                            cpu.priority(),
                            cpu.runtime(),
                            cpu.deadline(),
                            cpu.period()));
        }

        static SetScheduler read(PlanReader in) {
            return new SetScheduler(
                    in.takeText(),
                    new SchedulerAttributes(
                            in.take32(), in.take64(), in.take32(), in.take32(), in.take64(), in.take64(), in.take64()));
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_SCHEDULER;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(word)
                    .put32(attributes.policy())
                    .put64(attributes.flags())
                    .put32(attributes.nice())
                    .put32(attributes.priority())
                    .put64(attributes.runtime())
                    .put64(attributes.deadline())
                    .put64(attributes.period());
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.setScheduler(attributes);
        }

        @Override
        public String describe() {
            return "set scheduling policy " + word;
        }
    }
}
