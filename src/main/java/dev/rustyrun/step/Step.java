package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;

/**
 * One thing that the {@code child} or the {@code init} stage does to make a container, or to become one. A step is plain
 * data: it can be printed, sent to another process, compared in a test. Its record has all there is to it: the data, their
 * binary form, the words, the hint, and what it does. A new step is such a record in the file of its family, and its kind in
 * {@link StepKind}.
 *
 * <p>Paths are absolute inside the container unless a component says that it is the host's.
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

    /** Which record it is, in the plan's binary form. */
    StepKind kind();

    /** Appends the components, in order, to the plan's binary form; nothing for a step that has none. */
    default void writeTo(PlanWriter out) {
        // Most steps have components.
    }

    /**
     * Does it to this process.
     *
     * @throws dev.rustyrun.linux.LinuxException when a kernel call fails
     * @throws StepFailure when it cannot be done for another reason
     */
    void apply(StepContext context);

    /** What the step does, in a few words that read well after "failed to". */
    String describe();

    /** The step of {@code run}'s that this one always asks for, or {@link HostStep#NONE}. */
    default int due() {
        return HostStep.NONE;
    }

    /** What to do when a kernel call of the step failed with {@code errno}: continues the error message; often empty. */
    default String hint(int errno) {
        return errno == Errno.ENOSYS ? "Rustyrun needs Linux 5.12 or newer" : "";
    }
}
