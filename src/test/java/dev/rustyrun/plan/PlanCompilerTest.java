package dev.rustyrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.LinuxSpec.TimeOffset;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.step.CommandStep;
import dev.rustyrun.step.ExecStep;
import dev.rustyrun.step.FileSystemStep;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.IdMaps;
import dev.rustyrun.step.LimitStep;
import dev.rustyrun.step.MountStep;
import dev.rustyrun.step.NamespaceStep;
import dev.rustyrun.step.NetworkStep;
import dev.rustyrun.step.NodeStep;
import dev.rustyrun.step.PivotStep;
import dev.rustyrun.step.PrivilegeStep;
import dev.rustyrun.step.RootStep;
import dev.rustyrun.step.SeccompFilter;
import dev.rustyrun.step.SentMount;
import dev.rustyrun.step.SettingStep;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.UserNamespaceStep;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The plans that Specs compile to; needs no root and no kernel. */
class PlanCompilerTest {

    private static final HostFacts PREPARED = new HostFacts(
            "/bin/rustyrun",
            new HostFacts.Cleanup(List.of("/s/state.json"), List.of("/s")),
            List.of("/cg/cgroup.procs"),
            true,
            true,
            true,
            new SeccompFilter(new byte[8], 4));

    private static SpecBuilder spec() {
        return new SpecBuilder("/rootfs", List.of("/bin/true"))
                .user(new Spec.User(5, 6, List.of(7), 022))
                .cwd("/work");
    }

    private static LaunchPlan plan(SpecBuilder spec) {
        return PlanCompiler.compile(spec.build(), HostFacts.PLAIN);
    }

    private static List<Step> init(SpecBuilder spec) {
        return plan(spec).init();
    }

    private static List<String> names(List<Step> steps) {
        return steps.stream()
                .map(step -> step.getClass().getSimpleName())
                .distinct()
                .toList();
    }

    @Test
    void child_leaves_all_namespaces_at_once_and_init_its_cgroup_namespace_inside_its_cgroup() {
        LaunchPlan plan = PlanCompiler.compile(spec().build(), PREPARED);
        assertEquals(
                List.of(
                        "remember to remove /s",
                        "open /cg/cgroup.procs",
                        "unshare CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET",
                        "set propagation of / to rec,private",
                        "make /bin/rustyrun read-only for the container"),
                plan.child().stream().map(Step::describe).toList());
        assertEquals(
                List.of("enter the cgroup", "unshare CLONE_NEWCGROUP"),
                plan.init().subList(0, 2).stream().map(Step::describe).toList());
    }

    @Test
    void in_a_user_namespace_the_host_can_set_the_oom_score() {
        SpecBuilder spec = spec().unshare(NamespaceType.USER);
        spec.process().oomScoreAdj(-500);
        LaunchPlan plan = plan(spec);
        int due = plan.run().indexOf(new HostStep.SetOomScore(-500));
        assertTrue(plan.init().contains(new LimitStep.SetOomScore(-500, due)));
    }

    @Test
    void a_user_namespace_comes_before_those_that_it_owns() {
        LaunchPlan plan = plan(spec().unshare(NamespaceType.USER)
                .mappings(List.of(new IdMapping(0, 1000, 1)), List.of(new IdMapping(0, 1000, 1))));
        assertEquals(
                List.of(
                        new NamespaceStep.Unshare(CloneFlag.CLONE_NEWUSER.value()),
                        new UserNamespaceStep.MapIds(true, 0)),
                plan.child().subList(0, 2));
        assertEquals(
                List.of(new IdMapping(0, 1000, 1)), plan.idMaps().orElseThrow().uids());
        assertTrue(
                plan.init().stream().noneMatch(s -> s.describe().contains("gid=5")), "group 5 has no number outside");
    }

    @Test
    void namespaces_are_joined_by_path_before_new_ones_are_made() {
        List<Step> child =
                plan(spec().join(NamespaceType.NETWORK, "/proc/7/ns/net")).child();
        assertEquals(
                new NamespaceStep.JoinNamespace("/proc/7/ns/net", CloneFlag.CLONE_NEWNET.value(), false), child.get(0));
        assertEquals(
                "unshare CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID",
                child.get(1).describe());
        assertFalse(init(spec().join(NamespaceType.NETWORK, "/x")).contains(new SettingStep.LoopbackUp()));
    }

    @Test
    void existing_namespaces_are_joined_before_a_user_namespace_while_that_is_permitted() {
        List<IdMapping> one = List.of(new IdMapping(0, 1000, 1));
        List<Step> withNew = plan(spec().join(NamespaceType.NETWORK, "/n")
                        .unshare(NamespaceType.USER)
                        .mappings(one, one))
                .child();
        assertEquals(
                List.of("join CLONE_NEWNET /n", "unshare CLONE_NEWUSER"),
                withNew.subList(0, 2).stream().map(Step::describe).toList());
        List<Step> withOther = plan(spec().join(NamespaceType.NETWORK, "/n").join(NamespaceType.USER, "/u"))
                .child();
        assertEquals(
                List.of(
                        new NamespaceStep.JoinNamespace("/n", CloneFlag.CLONE_NEWNET.value(), true),
                        new UserNamespaceStep.JoinUserNamespace("/u", 0)),
                withOther.subList(0, 2));
    }

    @Test
    void C1_settings_in_a_joined_namespace_are_checked_when_it_is_joined() {
        List<Step> child = plan(spec().join(NamespaceType.NETWORK, "/n")
                        .join(NamespaceType.IPC, "/i")
                        .join(NamespaceType.UTS, "/u")
                        .hostname("box")
                        .sysctl("net/ipv4/ip_forward", "1"))
                .child();
        assertTrue(child.containsAll(List.of(
                new NamespaceStep.JoinNamespace(
                        "/n", CloneFlag.CLONE_NEWNET.value(), false, "sysctl net/ipv4/ip_forward"),
                new NamespaceStep.JoinNamespace("/i", CloneFlag.CLONE_NEWIPC.value(), false),
                new NamespaceStep.JoinNamespace("/u", CloneFlag.CLONE_NEWUTS.value(), false, "hostname"))));
    }

    @Test
    void C4_a_joined_user_namespace_may_have_mappings_and_its_root_becomes_ours() {
        List<IdMapping> maps = List.of(new IdMapping(0, 100000, 65536));
        LaunchPlan any = plan(spec().join(NamespaceType.USER, "/u"));
        assertTrue(any.child().contains(new UserNamespaceStep.JoinUserNamespace("/u", 0)));
        assertEquals(new IdMaps(List.of(), List.of(), true, true), any.idMaps().orElseThrow());
        assertTrue(any.init().stream()
                .anyMatch(step -> step instanceof PrivilegeStep.SetUser user
                        && user.setGroups() == PrivilegeStep.SetUser.SetGroups.IF_ALLOWED));
        LaunchPlan same = plan(spec().join(NamespaceType.USER, "/u").mappings(maps, maps));
        assertEquals(new IdMaps(maps, maps, true, true), same.idMaps().orElseThrow());
    }

    @Test
    void clocks_are_shifted_before_anything_is_in_the_time_namespace() {
        List<Step> child = plan(spec().unshare(NamespaceType.TIME).timeOffset(new TimeOffset("boottime", 60, 0)))
                .child();
        assertTrue(child.contains(new SettingStep.SetTimeOffset("boottime", 60, 0)));
    }

    @Test
    void without_a_network_namespace_lo_is_left_alone() {
        assertFalse(init(spec().share(NamespaceType.NETWORK)).contains(new SettingStep.LoopbackUp()));
        assertTrue(init(spec()).contains(new SettingStep.LoopbackUp()));
    }

    @Test
    void mounts_are_private_before_the_first_one_is_made() {
        assertTrue(plan(spec())
                .child()
                .contains(new RootStep.SetPropagation("/", MountFlag.of(MountFlag.MS_REC, MountFlag.MS_PRIVATE))));
        List<Step> steps = init(spec());
        int rootfs = steps.indexOf(new RootStep.EnterRootfs("/rootfs", MountAttr.MOUNT_ATTR_NODEV));
        assertTrue(rootfs >= 0 && steps.subList(0, rootfs).stream().noneMatch(s -> s instanceof MountStep));
    }

    @Test
    void device_files_of_the_image_are_dead_unless_the_cgroup_limits_them() {
        assertTrue(
                PlanCompiler.compile(spec().build(), PREPARED).init().contains(new RootStep.EnterRootfs("/rootfs", 0)));
    }

    @Test
    void everything_from_the_host_happens_before_pivot_root_and_privileges_go_last() {
        List<String> order = names(PlanCompiler.compile(
                        spec().terminal(true)
                                .readonly(true)
                                .mount(new Spec.Mount("/data", "bind", "/srv", List.of("rbind", "ro")))
                                .sysctl("net.a", "1")
                                .build(),
                        PREPARED)
                .init());
        assertEquals(
                List.of(
                        "EnterCgroup",
                        "Unshare",
                        "SetHostname",
                        "LoopbackUp",
                        "EnterRootfs",
                        "MountFileSystem",
                        "BindMount",
                        "MakeDevice",
                        "MakeLink",
                        "SetSysctl",
                        "OpenTerminal",
                        "MaskPath",
                        "ReadOnlyPath",
                        "PivotRoot",
                        "ChangeDirectory",
                        "ReadOnlyRoot",
                        "FindHome",
                        "LimitCapabilities",
                        "GiveFiles",
                        "SetUser",
                        "SetCapabilities",
                        "NoNewPrivileges",
                        "HandOver",
                        "FindProgram",
                        "InstallSeccomp",
                        "Exec"),
                order);
    }

    @Test
    void a_filter_without_no_new_privs_is_installed_while_that_is_still_permitted() {
        List<Step> steps = PlanCompiler.compile(spec().noNewPrivileges(false).build(), PREPARED)
                .init();
        int filter = names(steps).indexOf("InstallSeccomp");
        Step before = steps.get(steps.size() - 6);
        assertTrue(filter > 0
                && before instanceof PrivilegeStep.SetCapabilities with
                && (with.effective() & 1 << 21) != 0);
        Step after = steps.get(steps.size() - 2);
        assertTrue(after instanceof PrivilegeStep.SetCapabilities without && (without.effective() & 1 << 21) == 0);
    }

    @Test
    void proc_sys_and_dev_may_not_be_links() {
        List<String> strict = init(spec()).stream()
                .filter(s -> s instanceof FileSystemStep.MountFileSystem m && m.refuseLinks())
                .map(s -> ((FileSystemStep.MountFileSystem) s).target())
                .toList();
        assertEquals(List.of("/proc", "/dev", "/sys"), strict);
    }

    @Test
    void a_read_only_tmpfs_becomes_read_only_after_its_contents_are_created() {
        List<Step> steps = init(spec().mount(new Spec.Mount("/a", "tmpfs", "tmpfs", List.of("ro", "nosuid")))
                .mount(new Spec.Mount("/b", "tmpfs", "tmpfs", List.of("ro")))
                .mount(new Spec.Mount("/a/./in", "bind", "/srv", List.of("bind"))));
        List<String> words = steps.stream()
                .map(Step::describe)
                .filter(s -> s.contains(" /a ") || s.contains(" /b ") || s.contains(" /a/"))
                .toList();
        assertEquals(
                List.of(
                        "mount tmpfs on /a (nosuid)",
                        "mount tmpfs on /b (ro)",
                        "bind mount /srv on /a/./in (bind)",
                        "make the mount on /a read-only"),
                words);
        assertTrue(names(steps).indexOf("SealMount") > names(steps).indexOf("MakeLink"));
    }

    @Test
    void a_bind_mount_keeps_its_options() {
        Step step = init(spec().mount(new Spec.Mount(
                        "/data", "bind", "/srv", List.of("bind", "ro", "suid", "rnoexec", "rprivate"))))
                .stream()
                .filter(MountStep.BindMount.class::isInstance)
                .findFirst()
                .orElseThrow();
        MountStep.BindMount bind = assertInstanceOf(MountStep.BindMount.class, step);
        assertEquals("bind mount /srv on /data (bind,ro,suid,noexec,rec,private)", bind.describe());
        assertEquals(MountFlag.of(MountFlag.MS_PRIVATE, MountFlag.MS_REC), bind.propagation());
        assertEquals(MountAttr.MOUNT_ATTR_NOEXEC, bind.setBelow());
        assertFalse(bind.recursive());
    }

    private static List<SentMount> sent(LaunchPlan plan) {
        return plan.run().stream()
                .filter(step -> step instanceof HostStep.SendMount)
                .map(step -> ((HostStep.SendMount) step).mount())
                .toList();
    }

    @Test
    void a_bind_mount_that_events_go_through_is_copied_on_the_host() {
        LaunchPlan plan =
                plan(spec().mount(new Spec.Mount("/data", "bind", "/srv", List.of("rbind", "rro", "rw", "rshared"))));
        assertEquals(
                List.of(new SentMount(
                        "/srv",
                        true,
                        0,
                        MountAttr.MOUNT_ATTR_RDONLY,
                        MountAttr.MOUNT_ATTR_RDONLY,
                        0,
                        MountFlag.of(MountFlag.MS_SHARED, MountFlag.MS_REC),
                        SentMount.Mapping.NONE,
                        false,
                        List.of(),
                        List.of())),
                sent(plan));
        assertTrue(plan.init().stream().anyMatch(step -> step.describe().equals("attach /srv (rec,shared) at /data")));
    }

    @Test
    void an_ephemeral_root_is_an_overlay_and_a_mapped_one_is_received() {
        assertTrue(init(spec().annotation(Spec.EPHEMERAL_ANNOTATION, "size=1m"))
                .contains(new RootStep.EnterOverlay(
                        List.of("/rootfs"), "mode=755,size=1m", "", MountFlag.MS_NODEV.value(), false)));
        LaunchPlan mapped = plan(spec().annotation(Spec.IDMAP_ROOTFS_ANNOTATION, "true")
                .unshare(NamespaceType.USER)
                .mappings(List.of(new IdMapping(0, 1000, 9)), List.of(new IdMapping(0, 1000, 9))));
        assertEquals("/rootfs", sent(mapped).get(0).source());
        int sent = mapped.run().indexOf(new HostStep.OpenSource("/rootfs")) - 1;
        assertTrue(mapped.init()
                .contains(new RootStep.EnterRootfs("/rootfs", MountAttr.MOUNT_ATTR_NODEV, false, sent, sent + 1)));
        assertFalse(names(mapped.init()).contains("ReceiveLayer"));
    }

    @Test
    void an_image_is_an_overlay_of_its_layers_and_one_on_disk() {
        Spec.Image image = new Spec.Image("sha256:1", List.of("/l/2", "/l/1"), "/l/1", Map.of(), List.of(), false, 0);
        assertTrue(init(spec().image(image))
                .contains(new RootStep.EnterLayers(
                        List.of("/l/2", "/l/1"),
                        "/rootfs",
                        ",redirect_dir=off,metacopy=off,volatile",
                        MountFlag.MS_NODEV.value())));
        assertTrue(init(spec().image(image.keeping()).unshare(NamespaceType.USER))
                .contains(new RootStep.EnterLayers(
                        List.of("/l/2", "/l/1"), "/rootfs", ",userxattr", MountFlag.MS_NODEV.value())));
        assertTrue(init(spec().image(image).annotation(Spec.EPHEMERAL_ANNOTATION, ""))
                .contains(new RootStep.EnterOverlay(
                        List.of("/l/2", "/l/1"), "mode=755", "", MountFlag.MS_NODEV.value(), true)));
    }

    @Test
    void a_fifo_is_made_even_where_devices_cannot_be() {
        HostFacts facts = new HostFacts("", HostFacts.Cleanup.NONE, List.of(), true, true, false, SeccompFilter.NONE);
        assertTrue(PlanCompiler.compile(
                        spec().device(new LinuxSpec.Device("/dev/p", "p", 0, 0, 0600, 1, 2))
                                .build(),
                        facts)
                .init()
                .contains(new NodeStep.MakeFifo("/dev/p", 0600, 1, 2)));
    }

    @Test
    void a_remount_changes_what_is_mounted_and_binds_nothing() {
        assertTrue(init(spec().mount(new Spec.Mount("/dev", "", "", List.of("bind", "remount", "ro"))))
                .contains(new FileSystemStep.MountFileSystem(
                        "",
                        "",
                        "/dev",
                        MountFlag.of(MountFlag.MS_BIND, MountFlag.MS_REMOUNT, MountFlag.MS_RDONLY),
                        "",
                        0,
                        true,
                        false)));
    }

    @Test
    void where_devices_cannot_be_made_the_hosts_are_shown() {
        HostFacts facts = new HostFacts("", HostFacts.Cleanup.NONE, List.of(), true, true, false, SeccompFilter.NONE);
        List<Step> steps = PlanCompiler.compile(spec().build(), facts).init();
        assertTrue(steps.contains(new NodeStep.ShareDevice("/dev/null", "/dev/null", false, 1, 3)));
        assertTrue(steps.stream().noneMatch(NodeStep.MakeDevice.class::isInstance));
    }

    @Test
    void the_same_spec_gives_the_same_plan() {
        assertEquals(plan(spec().terminal(true)), plan(spec().terminal(true)));
    }

    @Test
    void the_printed_plan_numbers_every_step_with_its_stage() {
        LaunchPlan plan = plan(spec());
        List<String> lines = PlanPrinter.print(java.util.Optional.of("make cgroup /x"), plan, false)
                .lines()
                .toList();
        assertEquals(plan.child().size() + plan.init().size() + 4, lines.size());
        assertTrue(lines.get(0).matches(" +1  run    .*"), lines.get(0));
        assertTrue(lines.get(lines.size() - 2).endsWith("init   execute /bin/true"));
        assertEquals(
                "execute sh -c 'echo '\\''x'\\'' $y'",
                new ExecStep.Exec(List.of("sh", "-c", "echo 'x' $y"), List.of(), ExecStep.ReaperKind.NONE, List.of())
                        .describe());
    }

    @Test
    void with_reasons_every_step_is_followed_by_one() {
        LaunchPlan plan = plan(spec().terminal(true));
        List<String> lines = PlanPrinter.print(java.util.Optional.empty(), plan, true)
                .lines()
                .toList();
        String last = "";
        for (int i = 0; i < lines.size(); i++) {
            boolean reason = lines.get(i).startsWith("            # ");
            assertTrue(reason || !last.isEmpty() || i == 0, "the first has one: " + lines);
            if (reason) {
                assertTrue(lines.get(i).matches(" {12}# [A-Z].{20,}[.)]"), lines.get(i));
                assertFalse(last.equals(lines.get(i)), "once for several: " + lines.get(i));
                last = lines.get(i);
            }
        }
        assertTrue(lines.stream().anyMatch(line -> line.endsWith("run    take over the terminal")), "run's steps too");
    }

    @Test
    void a_container_that_does_not_own_its_network_gets_the_hosts_sysfs() {
        List<IdMapping> one = List.of(new IdMapping(0, 1000, 1));
        LaunchPlan ordinary =
                plan(spec().unshare(NamespaceType.USER).mappings(one, one).share(NamespaceType.NETWORK));
        assertTrue(
                ordinary.init().stream().anyMatch(step -> step.describe().startsWith("bind mount /sys on /sys (rbind")),
                ordinary.init().toString());
        LaunchPlan roots = plan(spec().isolate(IdPool.DEFAULT).share(NamespaceType.NETWORK));
        SentMount sysfs = sent(roots).get(1);
        assertEquals("/sys", sysfs.source());
        assertFalse(sysfs.recursive());
        assertTrue((sysfs.set() & MountAttr.MOUNT_ATTR_RDONLY) != 0);
        assertTrue(init(spec().isolate(IdPool.DEFAULT)).stream()
                .anyMatch(step -> step.describe().startsWith("mount sysfs on /sys")));
    }

    @Test
    void steps_ahead_end_before_steps_of_the_command_and_before_the_host_is_needed() {
        LaunchPlan plan = PlanCompiler.compile(spec().build(), PREPARED);
        int steps = plan.ahead();
        assertTrue(plan.init().subList(0, steps).stream().anyMatch(PivotStep.PivotRoot.class::isInstance));
        assertFalse(plan.init().subList(0, steps).stream().anyMatch(PrivilegeStep.class::isInstance));
        assertFalse(plan.init().subList(0, steps).stream().anyMatch(ExecStep.class::isInstance));
        // Not done ahead, because the working directory's path may lead elsewhere when the command starts.
        assertFalse(plan.init().subList(0, steps).stream().anyMatch(CommandStep.ChangeDirectory.class::isInstance));
        LaunchPlan proxied = PlanCompiler.compile(
                spec().annotation(Spec.ALLOW_ANNOTATION, "example.org").build(), PREPARED);
        assertFalse(proxied.init().subList(0, proxied.ahead()).stream().anyMatch(NetworkStep.class::isInstance));
        assertTrue(proxied.ahead() < steps);
        assertTrue(plan.mountsWithin(steps));
        assertFalse(proxied.mountsWithin(proxied.ahead()));
        LaunchPlan visited = PlanCompiler.compile(
                spec().annotation(Spec.VISIT_ANNOTATION, "").build(), PREPARED);
        assertFalse(
                visited.init().subList(0, visited.ahead()).stream().anyMatch(PivotStep.PivotRoot.class::isInstance));
    }

    @Test
    void another_launch_begins_like_it_if_the_finished_steps_are_the_same() {
        LaunchPlan begun = PlanCompiler.compile(spec().build(), PREPARED);
        int steps = begun.ahead();
        LaunchPlan other = PlanCompiler.compile(
                new SpecBuilder("/rootfs", List.of("/bin/other")).cwd("/work").build(), PREPARED);
        assertTrue(other.beginsAs(begun, steps));
        LaunchPlan covered = PlanCompiler.compile(
                spec().mount(new Spec.Mount("/elsewhere", "tmpfs", "tmpfs", List.of()))
                        .build(),
                PREPARED);
        assertFalse(covered.beginsAs(begun, steps));
        assertTrue(covered.beginsAs(begun, 1), "it is another one only later");
        assertFalse(PlanCompiler.compile(
                        new SpecBuilder("/other", List.of("/bin/true"))
                                .cwd("/work")
                                .build(),
                        PREPARED)
                .beginsAs(begun, steps));
        LaunchPlan inUserNamespace =
                PlanCompiler.compile(spec().isolate(new IdPool(131_072, 65_536)).build(), PREPARED);
        assertFalse(inUserNamespace.beginsAs(begun, 0));
    }
}
