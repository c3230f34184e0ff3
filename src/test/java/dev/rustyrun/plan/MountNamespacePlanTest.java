package dev.rustyrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.plan.ExecPlan.Joined;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.step.MountNamespaceStep;
import dev.rustyrun.step.NamespaceStep;
import dev.rustyrun.step.RootStep;
import dev.rustyrun.step.SeccompFilter;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.StepKind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MountNamespacePlanTest {

    private static final int MOUNTS = CloneFlag.CLONE_NEWNS.value();
    private static final HostFacts HOST = host(false);

    private static HostFacts host(boolean mayAppear) {
        return new HostFacts(
                "/bin/rustyrun",
                HostFacts.Cleanup.NONE,
                List.of("/cg/a", "/cg/b"),
                true,
                true,
                true,
                SeccompFilter.NONE,
                List.of(),
                mayAppear);
    }

    private static SpecBuilder spec() {
        return new SpecBuilder("/r", List.of("sh"));
    }

    private static List<StepKind> kinds(List<Step> steps) {
        return steps.stream().map(Step::kind).toList();
    }

    @Test
    void a_mount_namespace_by_path_is_entered_by_init_before_the_rootfs() {
        LaunchPlan plan = PlanCompiler.compile(
                spec().join(NamespaceType.MOUNT, "/proc/7/ns/mnt").build(), HOST);
        assertTrue(plan.child()
                .contains(new NamespaceStep.OpenNamespace("/proc/7/ns/mnt", MOUNTS, 2, false, "mounting the rootfs")));
        List<StepKind> child = kinds(plan.child());
        assertTrue(child.lastIndexOf(StepKind.UNSHARE) < child.indexOf(StepKind.PROTECT_PROGRAM), child.toString());
        int joined = plan.init().indexOf(new MountNamespaceStep.JoinMounts(2, "/r"));
        assertEquals(new RootStep.EnterRootfs("/r", 0, true), plan.init().get(joined + 1));
        assertTrue(plan.init().contains(new MountNamespaceStep.ChangeRoot()));
        assertFalse(kinds(plan.init()).contains(StepKind.PIVOT_ROOT));
    }

    @Test
    void where_the_mount_namespace_is_joined_too_a_pid_namespace_is_joined_by_child() {
        LaunchPlan plan = PlanCompiler.compile(
                spec().join(NamespaceType.PID, "/p")
                        .join(NamespaceType.MOUNT, "/m")
                        .build(),
                host(true));
        assertFalse(plan.appears());
        assertTrue(plan.child().contains(new NamespaceStep.JoinNamespace("/p", 1 << 29, false)));
    }

    @Test
    void without_a_mount_namespace_nothing_is_mounted_in_that_of_the_host() {
        SpecBuilder spec = spec().share(NamespaceType.MOUNT);
        LaunchPlan plan = PlanCompiler.compile(spec.build().withMounts(List.of()), HOST);
        assertTrue(
                plan.child().contains(new NamespaceStep.OpenNamespace("/proc/thread-self/ns/mnt", MOUNTS, 2, false)));
        assertTrue(plan.init().contains(new MountNamespaceStep.JoinMounts(2, "")));
        assertTrue(plan.init().contains(new MountNamespaceStep.EnterDirectory("/r", false)));
        List<StepKind> init = kinds(plan.init());
        assertTrue(init.contains(StepKind.CHANGE_ROOT));
        for (StepKind kind : List.of(
                StepKind.ENTER_ROOTFS,
                StepKind.MOUNT_FILE_SYSTEM,
                StepKind.BIND_MOUNT,
                StepKind.SHARE_DEVICE,
                StepKind.SET_PROPAGATION,
                StepKind.PIVOT_ROOT)) {
            assertFalse(init.contains(kind), kind.name());
        }
    }

    @Test
    void exec_has_the_root_of_the_containers_process() {
        LaunchPlan plan = ExecPlan.compile(
                spec().build(),
                HOST,
                false,
                List.of(new Joined(NamespaceType.MOUNT, "/proc/7/ns/mnt")),
                Optional.of("/proc/7/root"),
                Lifecycle.FOREGROUND);
        // The third descriptor that init inherits is the socket to its successor.
        assertTrue(plan.child().contains(new MountNamespaceStep.OpenRoot("/proc/7/root", 3)));
        int joined = plan.init().indexOf(new NamespaceStep.JoinNamespace("/proc/7/ns/mnt", MOUNTS, false));
        assertEquals(
                List.of(StepKind.JOIN_NAMESPACE, StepKind.JOIN_ROOT, StepKind.ENTER_CONTAINER),
                kinds(plan.init()).subList(joined, joined + 3));
    }
}
