package dev.rustyrun.plan;

/**
 * One thing that the {@code child} or the {@code init} stage does to make a container, or to become one. A step is plain
 * data: it can be printed, sent to another process, compared in a test. It belongs to one of seven families, each of which
 * has an interface for the code that performs it.
 *
 * <p>Paths are absolute inside the container unless a component says that it is the host's.
 */
public sealed interface Step
        permits NamespaceStep, RootStep, MountStep, PrivilegeStep, TaskStep, LifecycleStep, CommandStep {

    /** Which record it is, in the plan's binary form. */
    StepKind kind();

    /** Appends the components, in order, to the plan's binary form. */
    void writeTo(PlanWriter out);

    /** What the step does, in a few words that read well after "failed to". */
    String describe();
}
