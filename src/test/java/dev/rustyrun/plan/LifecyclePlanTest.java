package dev.rustyrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.plan.ExecPlan.Joined;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.Hooks.Hook;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.RlimitType;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.step.ExecStep;
import dev.rustyrun.step.SeccompFilter;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.StepKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order of a container's set-up, hooks, waits and command. */
class LifecyclePlanTest {

    private static final HostFacts FILTERED = new HostFacts(
            "/bin/rustyrun",
            HostFacts.Cleanup.NONE,
            List.of("/cg/tasks"),
            true,
            true,
            true,
            new SeccompFilter(new byte[16], 0),
            List.of());

    private static Spec spec(boolean noNewPrivileges) {
        Spec plain = new SpecBuilder("/r", List.of("sh"))
                .noNewPrivileges(noNewPrivileges)
                .build();
        Hooks hooks = new Hooks(
                List.of(),
                List.of(hook("/runtime")),
                List.of(hook("/container")),
                List.of(hook("/start")),
                List.of(),
                List.of());
        return new Spec(
                plain.process(),
                plain.root(),
                plain.hostname(),
                plain.domainname(),
                plain.mounts(),
                plain.linux(),
                plain.annotations(),
                hooks);
    }

    private static Hook hook(String path) {
        return new Hook(path, List.of(), List.of(), 0);
    }

    private static List<StepKind> interesting(List<Step> steps) {
        List<StepKind> kinds = List.of(
                StepKind.AWAIT_HOST_HOOKS,
                StepKind.RUN_HOOK,
                StepKind.PIVOT_ROOT,
                StepKind.SET_USER,
                StepKind.RECEIVE_DESCRIPTORS,
                StepKind.FIND_PROGRAM,
                StepKind.DETACH,
                StepKind.AWAIT_START,
                StepKind.INSTALL_SECCOMP,
                StepKind.HAND_OVER,
                StepKind.EXEC);
        return steps.stream().map(Step::kind).filter(kinds::contains).toList();
    }

    @Test
    void a_created_container_waits_between_its_set_up_and_its_filter_which_holds_for_its_hooks_too() {
        List<StepKind> expected = List.of(
                StepKind.AWAIT_HOST_HOOKS,
                StepKind.RUN_HOOK,
                StepKind.PIVOT_ROOT,
                StepKind.SET_USER,
                StepKind.RECEIVE_DESCRIPTORS,
                StepKind.FIND_PROGRAM,
                StepKind.DETACH,
                StepKind.AWAIT_START,
                StepKind.INSTALL_SECCOMP,
                StepKind.RUN_HOOK,
                StepKind.HAND_OVER,
                StepKind.EXEC);
        for (boolean noNewPrivileges : List.of(true, false)) {
            LaunchPlan plan =
                    PlanCompiler.compile(spec(noNewPrivileges), FILTERED, Lifecycle.CREATED.withDescriptors(2));
            assertEquals(expected, interesting(plan.init()));
            assertTrue(plan.awaitsStart());
        }
    }

    @Test
    void a_filter_with_an_agent_is_installed_before_the_wait_because_run_notifies_the_agent() {
        HostFacts host = new HostFacts(
                "", HostFacts.Cleanup.NONE, List.of(), false, true, true, new SeccompFilter(new byte[8], 1 << 3));
        for (boolean noNewPrivileges : List.of(true, false)) {
            LaunchPlan plan = PlanCompiler.compile(spec(noNewPrivileges), host, Lifecycle.CREATED);
            assertEquals(
                    List.of(
                            StepKind.FIND_PROGRAM,
                            StepKind.INSTALL_SECCOMP,
                            StepKind.DETACH,
                            StepKind.AWAIT_START,
                            StepKind.RUN_HOOK,
                            StepKind.HAND_OVER,
                            StepKind.EXEC),
                    interesting(plan.init()).subList(4, 11));
        }
    }

    @Test
    void one_in_the_foreground_waits_for_nothing() {
        LaunchPlan plan = PlanCompiler.compile(new SpecBuilder("/r", List.of("sh")).build(), FILTERED);
        assertEquals(
                List.of(
                        StepKind.PIVOT_ROOT,
                        StepKind.SET_USER,
                        StepKind.HAND_OVER,
                        StepKind.FIND_PROGRAM,
                        StepKind.INSTALL_SECCOMP,
                        StepKind.EXEC),
                interesting(plan.init()));
    }

    @Test
    void without_a_process_nothing_is_looked_for() {
        Spec empty = spec(true).withProcess(Spec.Process.NONE);
        LaunchPlan plan = PlanCompiler.compile(empty, HostFacts.PLAIN, Lifecycle.CREATED);
        assertTrue(plan.init().stream()
                .noneMatch(step -> step.kind() == StepKind.FIND_PROGRAM || step.kind() == StepKind.CHANGE_DIRECTORY));
    }

    @Test
    void an_exec_joins_and_creates_nothing_and_runs_no_hooks() {
        LaunchPlan plan = ExecPlan.compile(
                spec(true),
                FILTERED,
                false,
                List.of(
                        new Joined(NamespaceType.USER, "/proc/7/ns/user"),
                        new Joined(NamespaceType.PID, "/proc/7/ns/pid"),
                        new Joined(NamespaceType.MOUNT, "/proc/7/ns/mnt")),
                Lifecycle.FOREGROUND);
        assertEquals(
                List.of(
                        StepKind.OPEN_CGROUP,
                        StepKind.AWAIT_SUCCESSOR,
                        StepKind.UNSHARE,
                        StepKind.SET_PROPAGATION,
                        StepKind.PROTECT_PROGRAM),
                plan.child().stream().map(Step::kind).toList());
        assertEquals(
                List.of(
                        StepKind.ENTER_CGROUP,
                        StepKind.JOIN_NAMESPACE,
                        StepKind.JOIN_NAMESPACE,
                        StepKind.JOIN_NAMESPACE,
                        StepKind.ENTER_CONTAINER),
                plan.init().subList(0, 5).stream().map(Step::kind).toList(),
                "init joins all, before anybody there sees it");
        List<StepKind> kinds = plan.init().stream().map(Step::kind).toList();
        assertTrue(kinds.indexOf(StepKind.APPEAR) > kinds.lastIndexOf(StepKind.SET_CAPABILITIES), kinds.toString());
        assertEquals(
                List.of(
                        StepKind.SET_USER,
                        StepKind.HAND_OVER,
                        StepKind.FIND_PROGRAM,
                        StepKind.INSTALL_SECCOMP,
                        StepKind.EXEC),
                interesting(plan.init()));
    }

    @Test
    void C32_a_process_that_may_not_mount_joins_the_user_namespace_before_all_others() {
        LaunchPlan plan = ExecPlan.compile(
                spec(true),
                FILTERED,
                false,
                List.of(
                        new Joined(NamespaceType.PID, "/proc/7/ns/pid"),
                        new Joined(NamespaceType.USER, "/proc/7/ns/user", true),
                        new Joined(NamespaceType.MOUNT, "/proc/7/ns/mnt")),
                Lifecycle.FOREGROUND);
        List<StepKind> child = plan.child().stream().map(Step::kind).toList();
        assertEquals(
                child.indexOf(StepKind.UNSHARE), child.indexOf(StepKind.JOIN_USER_NAMESPACE) + 1, child.toString());
        assertTrue(plan.idMaps().orElseThrow().joined());
        assertEquals(
                List.of("join CLONE_NEWPID /proc/7/ns/pid", "join CLONE_NEWNS /proc/7/ns/mnt"),
                plan.init().stream()
                        .filter(step -> step.kind() == StepKind.JOIN_NAMESPACE)
                        .map(Step::describe)
                        .toList());
    }

    /** A filter of one instruction, BPF_RET | BPF_K, that returns {@code verdict}. */
    private static HostFacts filteredBy(int verdict) {
        byte[] program = java.nio.ByteBuffer.allocate(8)
                .order(java.nio.ByteOrder.nativeOrder())
                .putShort((short) 6)
                .putShort((short) 0)
                .putInt(verdict)
                .array();
        return new HostFacts(
                "", HostFacts.Cleanup.NONE, List.of(), false, true, true, new SeccompFilter(program, 0), List.of());
    }

    @Test
    void S3_a_waiting_or_joining_process_has_its_filter_if_the_filter_allows_the_start() {
        for (int verdict : new int[] {0x7fff0000, 0x00050001}) {
            boolean allows = verdict == 0x7fff0000;
            List<StepKind> created = PlanCompiler.compile(
                            new SpecBuilder("/r", List.of("sh")).build(), filteredBy(verdict), Lifecycle.CREATED)
                    .init()
                    .stream()
                    .map(Step::kind)
                    .toList();
            assertEquals(allows, created.indexOf(StepKind.INSTALL_SECCOMP) < created.indexOf(StepKind.AWAIT_START));
            List<StepKind> joins =
                    ExecPlan.compile(spec(true), filteredBy(verdict), false, List.of(), Lifecycle.FOREGROUND)
                            .init()
                            .stream()
                            .map(Step::kind)
                            .toList();
            int appears = joins.indexOf(allows ? StepKind.EXEC_APPEARING : StepKind.APPEAR);
            assertTrue(appears >= 0, joins.toString());
            assertEquals(allows, joins.indexOf(StepKind.INSTALL_SECCOMP) < appears);
        }
    }

    @Test
    void limits_are_set_by_the_last_step_or_before_a_filter_that_forbids_to_set_them() {
        Spec limited = new SpecBuilder("/r", List.of("sh"))
                .rlimit(new Spec.Rlimit(RlimitType.RLIMIT_AS, 1, 2))
                .build();
        for (int verdict : new int[] {0x7fff0000, 0x00050001}) {
            boolean allows = verdict == 0x7fff0000;
            for (Lifecycle life : List.of(Lifecycle.FOREGROUND, Lifecycle.CREATED)) {
                List<Step> init =
                        PlanCompiler.compile(limited, filteredBy(verdict), life).init();
                List<StepKind> kinds = init.stream().map(Step::kind).toList();
                ExecStep.Exec last = (ExecStep.Exec) init.get(init.size() - 1);
                assertEquals(allows ? 1 : 0, last.limits().size());
                assertEquals(
                        allows ? -1 : kinds.indexOf(StepKind.INSTALL_SECCOMP) - 1, kinds.indexOf(StepKind.SET_RLIMIT));
                assertEquals(allows, last.describe().endsWith("execute sh with RLIMIT_AS 1:2"));
                assertTrue(kinds.indexOf(StepKind.RAISE_RLIMIT) < kinds.indexOf(StepKind.LIMIT_CAPABILITIES));
            }
        }
    }
}
