package dev.rustyrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.step.CgroupStep;
import dev.rustyrun.step.CommandStep;
import dev.rustyrun.step.ExecStep;
import dev.rustyrun.step.FileSystemStep;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.NamespaceStep;
import dev.rustyrun.step.SeccompFilter;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.StepKind;
import dev.rustyrun.step.SuccessionStep;
import dev.rustyrun.step.UserNamespaceStep;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The plan for a container that joins a PID namespace: it is set up outside and enters the namespace at the end. */
class JoinedPidsPlanTest {

    private static final int PIDS = CloneFlag.CLONE_NEWPID.value();
    private static final Spec.Mount PROC = new Spec.Mount("/proc", "proc", "proc", List.of("nosuid"));
    /** {@code BPF_RET | BPF_K} with SECCOMP_RET_ALLOW. */
    private static final byte[] ALLOWING = {6, 0, 0, 0, 0, 0, (byte) 0xff, 0x7f};

    private static SpecBuilder spec() {
        return new SpecBuilder("/r", List.of("sh"))
                .mount(PROC)
                .noNewPrivileges(true)
                .join(NamespaceType.PID, "/proc/7/ns/pid");
    }

    private static HostFacts host(SeccompFilter filter) {
        return host(filter, "/cg/a", "/cg/b");
    }

    private static HostFacts host(SeccompFilter filter, String... cgroupFiles) {
        return new HostFacts(
                        "/bin/rustyrun",
                        HostFacts.Cleanup.NONE,
                        List.of(cgroupFiles),
                        true,
                        true,
                        true,
                        filter,
                        List.of())
                .appearing(true);
    }

    private static LaunchPlan plan(SpecBuilder spec) {
        return PlanCompiler.compile(spec.build(), host(new SeccompFilter(ALLOWING, 0)));
    }

    private static int place(LaunchPlan plan, StepKind kind) {
        return plan.init().stream().map(Step::kind).toList().indexOf(kind);
    }

    private static void expectOrder(LaunchPlan plan, StepKind... kinds) {
        List<StepKind> expected = List.of(kinds);
        List<StepKind> found =
                plan.init().stream().map(Step::kind).filter(expected::contains).toList();
        assertEquals(expected, found);
    }

    @Test
    void child_only_opens_the_namespace_and_init_appears_in_it_behind_everything_that_takes_rights_away() {
        LaunchPlan plan = plan(spec());
        assertTrue(plan.appears());
        assertTrue(plan.child().contains(new NamespaceStep.OpenNamespace("/proc/7/ns/pid", PIDS, 3, false)));
        assertTrue(plan.child().contains(new SuccessionStep.AwaitSuccessor(2, HostStep.NONE)));
        assertTrue(plan.child().stream().noneMatch(step -> step instanceof NamespaceStep.JoinNamespace));
        expectOrder(
                plan,
                StepKind.ENTER_CGROUP,
                StepKind.PIVOT_ROOT,
                StepKind.JOIN_OPENED,
                StepKind.LIMIT_CAPABILITIES,
                StepKind.SET_USER,
                StepKind.SET_CAPABILITIES,
                StepKind.FIND_PROGRAM,
                StepKind.INSTALL_SECCOMP,
                StepKind.HAND_OVER,
                StepKind.EXEC_APPEARING);
        assertTrue(place(plan, StepKind.APPEAR) < 0);
    }

    private static ExecStep.ExecAppearing appearing(LaunchPlan plan) {
        return (ExecStep.ExecAppearing) plan.init().get(plan.init().size() - 1);
    }

    @Test
    void its_proc_is_that_of_the_joined_namespace() {
        FileSystemStep.MountFileSystem proc = plan(spec()).init().stream()
                .filter(step -> step instanceof FileSystemStep.MountFileSystem)
                .map(step -> (FileSystemStep.MountFileSystem) step)
                .findFirst()
                .orElseThrow();
        assertEquals("pidns=/proc/self/fd/203", proc.data());
        assertTrue(proc.showsJoinedPids());
    }

    @Test
    void a_created_container_waits_behind_its_filter_in_the_joined_namespace() {
        SeccompFilter filter = new SeccompFilter(ALLOWING, 0);
        LaunchPlan plan = PlanCompiler.compile(spec().build(), host(filter), Lifecycle.CREATED);
        expectOrder(plan, StepKind.INSTALL_SECCOMP, StepKind.HAND_OVER, StepKind.EXEC_APPEARING);
        assertTrue(place(plan, StepKind.APPEAR) < 0);
        assertEquals(ExecStep.Parting.BEFORE_START, appearing(plan).parting());
        assertEquals(ExecStep.Parting.NEVER, appearing(plan(spec())).parting());
    }

    @Test
    void a_PID_namespace_that_is_joined_has_its_reaper() {
        LaunchPlan plan = plan(spec().annotation(Spec.INIT_ANNOTATION, "true"));
        assertEquals(plan(spec()).init(), plan.init());
    }

    @Test
    void the_copy_installs_a_filter_that_has_an_agent_or_forbids_a_needed_call() {
        SeccompFilter listener = new SeccompFilter(ALLOWING, 1 << 3);
        SeccompFilter strict = new SeccompFilter(new byte[8], 0);
        for (SeccompFilter filter : List.of(listener, strict)) {
            expectOrder(
                    PlanCompiler.compile(spec().build(), host(filter)),
                    StepKind.APPEAR,
                    StepKind.HAND_OVER,
                    StepKind.INSTALL_SECCOMP,
                    StepKind.EXEC);
        }
        expectOrder(
                PlanCompiler.compile(spec().build(), host(listener), Lifecycle.CREATED),
                StepKind.APPEAR,
                StepKind.INSTALL_SECCOMP,
                StepKind.DETACH,
                StepKind.AWAIT_START,
                StepKind.EXEC);
    }

    @Test
    void hooks_before_the_root_change_run_outside_and_later_hooks_get_the_pid_of_the_copy() {
        Spec plain = spec().build();
        Hooks.Hook hook = new Hooks.Hook("/h", List.of(), List.of(), 0);
        Spec hooked = new Spec(
                plain.process(),
                plain.root(),
                plain.hostname(),
                plain.domainname(),
                plain.mounts(),
                plain.linux(),
                plain.annotations(),
                new Hooks(List.of(), List.of(), List.of(hook), List.of(hook), List.of(), List.of()));
        expectOrder(
                PlanCompiler.compile(hooked, host(SeccompFilter.NONE), Lifecycle.CREATED),
                StepKind.AWAIT_HOST_HOOKS,
                StepKind.RUN_HOOK,
                StepKind.JOIN_OPENED,
                StepKind.APPEAR,
                StepKind.AWAIT_STATE,
                StepKind.AWAIT_START,
                StepKind.RUN_HOOK,
                StepKind.EXEC);
    }

    @Test
    void a_cgroup_for_one_process_is_entered_by_the_copy() {
        LaunchPlan plan = plan(spec().resources(Resources.none().withPids(1)));
        expectOrder(plan, StepKind.SEE_CGROUP, StepKind.EXEC_APPEARING);
        assertEquals(2, appearing(plan).cgroups());
        plan = plan(
                spec().share(NamespaceType.CGROUP).resources(Resources.none().withPids(1)));
        assertTrue(place(plan, StepKind.ENTER_CGROUP) < 0);
        assertEquals(2, appearing(plan).cgroups());
    }

    /**
     * systemd would end the scope in the time between the first process that enters it and the second one, when it has
     * no process.
     */
    @Test
    void a_step_that_views_a_cgroup_keeps_its_descriptors_open() {
        LaunchPlan plan = PlanCompiler.compile(
                spec().resources(Resources.none().withPids(1)).build(),
                host(new SeccompFilter(ALLOWING, 0), "/cg/a", "/proc/9/fd/0"));
        assertTrue(
                plan.init().contains(new CgroupStep.SeeCgroup(1)), plan.init().toString());
        assertEquals(2, appearing(plan).cgroups());
    }

    @Test
    void the_terminal_is_taken_by_the_copy() {
        LaunchPlan plan = plan(spec().terminal(true));
        assertTrue(appearing(plan).terminal());
        assertEquals(2, appearing(plan).handedDown());
        assertTrue(plan.init().contains(new CommandStep.OpenTerminal(0, true, false, 0, 0, 0)));
    }

    @Test
    void one_of_another_user_namespace_can_be_opened_before_that_is_joined_or_after() {
        List<Step> child = plan(spec().join(NamespaceType.USER, "/u")).child();
        int opened = child.indexOf(new NamespaceStep.OpenNamespace("/proc/7/ns/pid", PIDS, 3, true));
        int joined = child.indexOf(new UserNamespaceStep.JoinUserNamespace("/u", 0));
        assertTrue(opened >= 0 && joined > opened, child.toString());
    }

    @Test
    void where_nothing_can_appear_and_where_nothing_is_joined_the_plan_is_unchanged() {
        HostFacts host = host(SeccompFilter.NONE);
        LaunchPlan early = PlanCompiler.compile(spec().build(), host.appearing(false));
        assertFalse(early.appears());
        assertTrue(early.child().contains(new NamespaceStep.JoinNamespace("/proc/7/ns/pid", PIDS, false)));
        for (SpecBuilder other : List.of(
                new SpecBuilder("/r", List.of("sh")).mount(PROC),
                new SpecBuilder("/r", List.of("sh")).mount(PROC).share(NamespaceType.PID))) {
            LaunchPlan plan = PlanCompiler.compile(other.build(), host);
            LaunchPlan without = PlanCompiler.compile(other.build(), host.appearing(false));
            assertEquals(without, plan);
            assertTrue(Stream.concat(plan.child().stream(), plan.init().stream())
                    .noneMatch(step -> step.kind() == StepKind.OPEN_NAMESPACE || step.kind() == StepKind.APPEAR));
            assertTrue(place(plan, StepKind.JOIN_OPENED) < 0);
        }
    }
}
