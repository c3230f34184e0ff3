package dev.rustyrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecDefaults;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a Spec compiles to; no root, no kernel. */
class PlanCompilerTest {

    private static Spec spec(boolean terminal, boolean readonly, Set<Spec.Namespace> namespaces, Spec.Mount... more) {
        List<Spec.Mount> mounts = new ArrayList<>(SpecDefaults.MOUNTS);
        mounts.addAll(List.of(more));
        return new Spec(
                new Spec.Process(terminal, new Spec.User(5, 6, List.of(7), 022), List.of("/bin/true"), List.of("A=1"),
                        "/work", SpecDefaults.CAPABILITIES, true),
                new Spec.Root("/rootfs", readonly), "box", mounts,
                new Spec.Linux(namespaces, List.of("/proc/kcore"), List.of("/proc/sys")), Map.of());
    }

    private static List<Step> init(Spec spec) {
        return PlanCompiler.compile(spec).init();
    }

    @Test
    void child_leaves_all_namespaces_at_once() {
        assertEquals("unshare CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET",
                PlanCompiler.compile(spec(false, false, SpecDefaults.NAMESPACES)).child().get(0).describe());
    }

    @Test
    void without_a_network_namespace_lo_is_left_alone() {
        Spec host = spec(false, false, EnumSet.complementOf(EnumSet.of(Spec.Namespace.NETWORK)));
        assertFalse(init(host).contains(new Step.LoopbackUp()));
        assertTrue(init(spec(false, false, SpecDefaults.NAMESPACES)).contains(new Step.LoopbackUp()));
    }

    @Test
    void mounts_are_private_before_the_first_one_is_made() {
        List<Step> steps = init(spec(false, false, SpecDefaults.NAMESPACES));
        int propagation = steps.indexOf(new Step.SetPropagation("/", MountFlag.of(MountFlag.MS_REC, MountFlag.MS_PRIVATE)));
        int rootfs = steps.indexOf(new Step.EnterRootfs("/rootfs"));
        assertTrue(propagation >= 0 && propagation < rootfs);
        assertTrue(steps.subList(0, rootfs).stream().noneMatch(s -> s instanceof Step.MountFileSystem));
    }

    @Test
    void everything_from_the_host_happens_before_pivot_root_and_privileges_go_last() {
        List<String> order = init(spec(true, true, SpecDefaults.NAMESPACES,
                new Spec.Mount("/data", "bind", "/srv", List.of("rbind", "ro")))).stream()
                .map(step -> step.getClass().getSimpleName()).distinct().toList();
        assertEquals(List.of("SetHostname", "LoopbackUp", "SetPropagation", "EnterRootfs", "MountFileSystem", "BindMount",
                "MakeDevice", "MakeLink", "OpenTerminal", "MaskPath", "ReadOnlyPath", "PivotRoot", "ChangeDirectory",
                "ReadOnlyRoot", "LimitCapabilities", "SetUser", "SetCapabilities", "NoNewPrivileges", "Exec"), order);
    }

    @Test
    void proc_sys_and_dev_may_not_be_links() {
        List<String> strict = init(spec(false, false, SpecDefaults.NAMESPACES)).stream()
                .filter(s -> s instanceof Step.MountFileSystem m && m.refuseLinks())
                .map(s -> ((Step.MountFileSystem) s).target()).toList();
        assertEquals(List.of("/proc", "/dev", "/sys"), strict);
    }

    @Test
    void a_bind_mount_keeps_its_options() {
        Step step = init(spec(false, false, SpecDefaults.NAMESPACES,
                new Spec.Mount("/data", "bind", "/srv", List.of("bind", "ro", "rslave")))).stream()
                .filter(Step.BindMount.class::isInstance).findFirst().orElseThrow();
        Step.BindMount bind = assertInstanceOf(Step.BindMount.class, step);
        assertEquals("bind mount /srv on /data (bind,ro)", bind.describe());
        assertEquals(MountFlag.of(MountFlag.MS_SLAVE, MountFlag.MS_REC), bind.propagation());
        assertFalse(bind.recursive());
    }

    @Test
    void the_same_spec_gives_the_same_plan() {
        assertEquals(PlanCompiler.compile(spec(true, true, SpecDefaults.NAMESPACES)),
                PlanCompiler.compile(spec(true, true, SpecDefaults.NAMESPACES)));
    }

    @Test
    void the_printed_plan_numbers_every_step_with_its_stage() {
        LaunchPlan plan = PlanCompiler.compile(spec(false, false, SpecDefaults.NAMESPACES));
        List<String> lines = PlanPrinter.print(plan).lines().toList();
        assertEquals(plan.child().size() + plan.init().size() + 3, lines.size());
        assertTrue(lines.get(0).matches(" +1  run    .*"), lines.get(0));
        assertTrue(lines.get(lines.size() - 2).endsWith("init   execute /bin/true"));
        assertEquals("execute sh -c 'echo '\\''x'\\'' $y'",
                new Step.Exec(List.of("sh", "-c", "echo 'x' $y"), List.of(), false).describe());
    }
}
