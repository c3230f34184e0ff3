package dev.rustyrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.SchedulerAttributes;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.MemoryPolicy;
import dev.rustyrun.spec.Scheduling;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.step.CgroupStep;
import dev.rustyrun.step.FileSystemStep;
import dev.rustyrun.step.SeccompFilter;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.StepKind;
import dev.rustyrun.step.TaskStep;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaskPlanTest {

    private static final Scheduling SCHEDULING = new Scheduling(
            new Scheduling.IoPriority(Scheduling.IoClass.IOPRIO_CLASS_BE, 6),
            new Scheduling.Cpu(
                    true,
                    Scheduling.Policy.SCHED_DEADLINE,
                    0,
                    0,
                    Set.of(Scheduling.Flag.SCHED_FLAG_RECLAIM, Scheduling.Flag.SCHED_FLAG_DL_OVERRUN),
                    10,
                    20,
                    30),
            "0",
            "1");

    private static Spec spec(String apparmor, String selinux, Scheduling scheduling) {
        Spec plain = new SpecBuilder("/r", List.of("sh")).build();
        LinuxSpec linux = plain.linux()
                .copy()
                .mountLabel("system_u:object_r:container_file_t:s0:c1,c2")
                .personality("LINUX32")
                .memoryPolicy(new MemoryPolicy(true, MemoryPolicy.Mode.MPOL_BIND, Set.of(), "0"))
                .build();
        return new Spec(
                plain.process()
                        .copy()
                        .apparmorProfile(apparmor)
                        .selinuxLabel(selinux)
                        .scheduling(scheduling)
                        .build(),
                plain.root(),
                plain.hostname(),
                plain.domainname(),
                plain.mounts(),
                linux,
                plain.annotations(),
                plain.hooks());
    }

    private static List<Step> taskSteps(List<Step> steps) {
        return steps.stream().filter(step -> step instanceof TaskStep).toList();
    }

    @Test
    void the_first_process_is_scheduled_before_it_gives_privileges_up_and_has_no_affinity() {
        List<Step> init =
                PlanCompiler.compile(spec("", "", SCHEDULING), HostFacts.PLAIN).init();
        assertEquals(
                List.of(
                        new TaskStep.SetPersonality("LINUX32", 8),
                        new TaskStep.SetMemoryPolicy(2, "MPOL_BIND", "0"),
                        new TaskStep.SetIoPriority(2, "IOPRIO_CLASS_BE", 6),
                        new TaskStep.SetScheduler("SCHED_DEADLINE", new SchedulerAttributes(6, 6, 0, 0, 10, 20, 30))),
                taskSteps(init));
        List<StepKind> kinds = init.stream().map(Step::kind).toList();
        assertTrue(
                kinds.indexOf(StepKind.SET_SCHEDULER) < kinds.indexOf(StepKind.LIMIT_CAPABILITIES), kinds.toString());
    }

    @Test
    void an_exec_has_one_affinity_before_it_enters_the_cgroup_and_one_after() {
        HostFacts host =
                new HostFacts("", HostFacts.Cleanup.NONE, List.of("/c"), false, true, true, SeccompFilter.NONE);
        List<Step> init = ExecPlan.compile(spec("", "", SCHEDULING), host, false, List.of(), Lifecycle.FOREGROUND)
                .init();
        assertEquals(
                List.of(new TaskStep.SetAffinity("0"), new CgroupStep.EnterCgroup(1), new TaskStep.SetAffinity("1")),
                init.subList(0, 3));
    }

    @Test
    void a_copy_does_what_the_small_program_cannot_do() {
        assertEquals(StepKind.EXEC_APPEARING, lastOf(spec("", "", Scheduling.INHERITED), false));
        assertEquals(StepKind.EXEC_APPEARING, lastOf(spec("", "", Scheduling.INHERITED), true));
        // An LSM label applies to one execve(2) only; processors are set after the cgroup was entered.
        assertEquals(StepKind.EXEC, lastOf(spec("p", "", Scheduling.INHERITED), false));
        assertEquals(StepKind.EXEC, lastOf(spec("", "l", Scheduling.INHERITED), false));
        assertEquals(StepKind.EXEC, lastOf(spec("", "", SCHEDULING), true));
    }

    private static StepKind lastOf(Spec spec, boolean full) {
        List<Step> init = ExecPlan.compile(spec, HostFacts.PLAIN, full, List.of(), Lifecycle.FOREGROUND)
                .init();
        return init.get(init.size() - 1).kind();
    }

    @Test
    void a_label_is_written_to_a_file_that_was_opened_while_proc_was_the_hosts() {
        List<Step> apparmor = taskSteps(PlanCompiler.compile(spec("p", "", Scheduling.INHERITED), HostFacts.PLAIN)
                .init());
        assertEquals(
                List.of(
                        new TaskStep.OpenLabel("/proc/thread-self/attr/apparmor/exec", "/proc/thread-self/attr/exec"),
                        new TaskStep.SetLabel("AppArmor", "exec p")),
                apparmor.subList(0, 2));
        List<Step> init = PlanCompiler.compile(spec("", "u:r:t:s0", Scheduling.INHERITED), HostFacts.PLAIN)
                .init();
        assertEquals(new TaskStep.OpenLabel("/proc/thread-self/attr/exec", ""), init.get(0), "before all mounts");
        assertTrue(init.contains(new TaskStep.SetLabel("SELinux", "u:r:t:s0")));
    }

    @Test
    void mounts_have_the_label_where_the_kernel_takes_one() {
        List<String> labelled =
                PlanCompiler.compile(spec("", "", Scheduling.INHERITED), HostFacts.PLAIN).init().stream()
                        .filter(step -> step instanceof FileSystemStep.MountFileSystem mount
                                && mount.data().contains("context=\"system_u:object_r:container_file_t:s0:c1,c2\""))
                        .map(step -> ((FileSystemStep.MountFileSystem) step).target())
                        .toList();
        assertEquals(List.of("/dev", "/dev/pts", "/dev/shm"), labelled);
    }
}
