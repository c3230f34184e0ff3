package dev.rustyrun.plan;

import dev.rustyrun.spec.MemoryPolicy;
import dev.rustyrun.spec.Scheduling;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.TaskStep;
import java.util.List;

/** The part of a plan that sets how the kernel treats the command. */
final class TaskPlan {

    private static final long PER_LINUX32 = 8;
    private static final String ATTRIBUTES = "/proc/thread-self/attr/";

    private final Spec spec;

    TaskPlan(Spec spec) {
        this.spec = spec;
    }

    /** Adds steps that need the host's {@code /proc}. */
    void first(List<Step> steps) {
        if (!spec.process().apparmorProfile().isEmpty()) {
            // Linux 5.1 has a directory for each module; older kernels have one file, for the first module.
            steps.add(new TaskStep.OpenLabel(ATTRIBUTES + "apparmor/exec", ATTRIBUTES + "exec"));
        } else if (!spec.process().selinuxLabel().isEmpty()) {
            steps.add(new TaskStep.OpenLabel(ATTRIBUTES + "exec", ""));
        }
    }

    /** Adds steps that need privileges that the command may not have. */
    void beforePrivileges(List<Step> steps) {
        if (!spec.process().apparmorProfile().isEmpty()) {
            steps.add(new TaskStep.SetLabel("AppArmor", "exec " + spec.process().apparmorProfile()));
        } else if (!spec.process().selinuxLabel().isEmpty()) {
            steps.add(new TaskStep.SetLabel("SELinux", spec.process().selinuxLabel()));
        }
        String personality = spec.linux().personality();
        if (!personality.isEmpty()) {
            steps.add(new TaskStep.SetPersonality(personality, personality.equals("LINUX32") ? PER_LINUX32 : 0));
        }
        MemoryPolicy memory = spec.linux().memoryPolicy();
        if (memory.given()) {
            steps.add(
                    new TaskStep.SetMemoryPolicy(memory.number(), memory.mode().name(), memory.nodes()));
        }
        Scheduling.IoPriority io = spec.process().scheduling().ioPriority();
        if (!io.equals(Scheduling.IoPriority.INHERITED)) {
            steps.add(new TaskStep.SetIoPriority(
                    io.ioClass().ordinal(), io.ioClass().name(), io.priority()));
        }
        Scheduling.Cpu cpu = spec.process().scheduling().cpu();
        if (cpu.given()) {
            steps.add(TaskStep.SetScheduler.of(cpu));
        }
    }

    /** Adds the processors on which exec starts a process; config.md, "execCPUAffinity". */
    void beforeCgroup(List<Step> steps) {
        affinity(steps, spec.process().scheduling().initialCpus());
    }

    /**
     * Adds the processors on which the process then stays. This follows the cgroup, because entering it resets the
     * affinity to all of its processors.
     */
    void afterCgroup(List<Step> steps) {
        affinity(steps, spec.process().scheduling().finalCpus());
    }

    private static void affinity(List<Step> steps, String processors) {
        if (!processors.isEmpty()) {
            steps.add(new TaskStep.SetAffinity(processors));
        }
    }
}
