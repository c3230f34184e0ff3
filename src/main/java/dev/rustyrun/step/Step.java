package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.spec.Outcome;

/**
 * One action of the {@code child} or the {@code init} stage on the way to a container or a command. A step is plain
 * data: it can be printed, sent to another process, and compared in a test. Its record contains everything about it:
 * the data, their binary form, the description, the hint, and the action itself. A new step is such a record in the
 * file of its family, and a kind in {@link StepKind}.
 *
 * <p>Paths are absolute inside the container unless a component is documented as a host path.
 */
public sealed interface Step
        permits NamespaceStep,
                NetworkStep,
                UserNamespaceStep,
                SettingStep,
                CgroupStep,
                SuccessionStep,
                RootStep,
                FileSystemStep,
                MountStep,
                NodeStep,
                CoverStep,
                PivotStep,
                MountNamespaceStep,
                LimitStep,
                PrivilegeStep,
                TaskStep,
                LifecycleStep,
                CommandStep,
                ExecStep {

    /** The kind of record, for the plan's binary form. */
    StepKind kind();

    /** Appends the components, in order, to the plan's binary form; does nothing for a step without components. */
    default void writeTo(PlanWriter out) {
        // Steps with components override this.
    }

    /**
     * Performs the step in this process.
     *
     * @throws dev.rustyrun.linux.LinuxException when a kernel call fails
     * @throws StepFailure when the step fails for another reason
     */
    void apply(StepContext context);

    /** The step in a few words that can follow "failed to". */
    String describe();

    /** The part of the request that this step fulfils, if a path in the container decides whether that is possible. */
    default Outcome.Fault concerns() {
        return Outcome.Fault.NONE;
    }

    /** The index of the step of {@code run} that this step always requests, or {@link HostStep#NONE}. */
    default int due() {
        return HostStep.NONE;
    }

    /**
     * A remedy for a kernel call of this step that failed with {@code errno}, appended to the error message; often
     * empty.
     */
    default String hint(int errno) {
        return errno == Errno.ENOSYS ? "Rustyrun needs Linux 5.12 or newer" : "";
    }
}
