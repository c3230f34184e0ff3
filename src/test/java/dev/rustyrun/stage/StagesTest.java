package dev.rustyrun.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.RecordingLibC;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.step.CommandStep;
import dev.rustyrun.step.FileSystemStep;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.LaunchSignals;
import dev.rustyrun.step.LimitStep;
import dev.rustyrun.step.MountStep;
import dev.rustyrun.step.NamespaceStep;
import dev.rustyrun.step.NodeStep;
import dev.rustyrun.step.PivotStep;
import dev.rustyrun.step.PrivilegeStep;
import dev.rustyrun.step.PrivilegeStep.SetUser.SetGroups;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.ReportCodec;
import dev.rustyrun.step.RootStep;
import dev.rustyrun.step.SettingStep;
import dev.rustyrun.step.Stage;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.StepContext;
import dev.rustyrun.step.UserNamespaceStep;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Applying and reporting of steps on a recording kernel; needs no root and no container. */
class StagesTest {

    private static List<String> perform(RecordingLibC kernel, Step... steps) {
        Linux linux = kernel.linux();
        StageChannel channel = new StageChannel(linux);
        new StepRunner(Stage.INIT, channel, new StepContext(linux, channel, false)).perform(List.of(steps), false);
        return kernel.calls();
    }

    @Test
    void pivot_root_stacks_both_roots_and_detaches_the_old() {
        assertEquals(
                List.of("pivot_root(., .)", "umount2(., 2)", "chdir(/)"),
                perform(new RecordingLibC(), new PivotStep.PivotRoot(true)));
    }

    @Test
    void where_pivot_root_cannot_work_the_rootfs_covers_the_root() {
        List<String> calls =
                perform(new RecordingLibC().failing("pivot_root", Errno.EINVAL), new PivotStep.PivotRoot(true));
        assertEquals(List.of("pivot_root(., .)", "mount(., /, null, 8192, null)"), calls.subList(0, 2));
        assertTrue(calls.stream().anyMatch(call -> call.contains("self/mountinfo,")), "for proc and sysfs: " + calls);
        assertEquals(List.of("chroot(.)", "chdir(/)"), calls.subList(calls.size() - 2, calls.size()));
    }

    @Test
    void a_namespace_that_is_refused_is_joined_after_the_user_namespace_that_may_own_it() {
        List<String> calls = perform(
                new RecordingLibC().failing("setns(10", Errno.EPERM),
                new NamespaceStep.JoinNamespace("/n", 1 << 30, true, ""),
                new NamespaceStep.JoinNamespace("/u", 1 << 28, false, ""));
        assertEquals(
                List.of("setns(10, 1073741824)", "setns(11, 268435456)", "setns(12, 1073741824)"),
                calls.stream().filter(call -> call.startsWith("setns")).toList());
    }

    @Test
    void C4_a_user_namespace_is_joined_without_the_callers_groups_and_by_its_root_only_when_run_agrees() {
        List<String> calls = perform(
                new RecordingLibC().failing("setns(10", Errno.EPERM),
                new NamespaceStep.JoinNamespace("/n", 1 << 30, true, ""),
                new UserNamespaceStep.JoinUserNamespace("/u", 0));
        assertEquals(
                List.of("setns(10, 1073741824)", "setgroups(0)", "setns(11, 268435456)", "setns(12, 1073741824)"),
                calls.stream()
                        .filter(call -> call.startsWith("setns") || call.startsWith("setgroups"))
                        .toList());
        assertTrue(calls.stream().noneMatch(call -> call.startsWith("setres")), "run has not answered: " + calls);
    }

    @Test
    void user_changes_after_groups_and_the_death_signal_is_set_again() {
        assertEquals(
                List.of(
                        "umask(18)",
                        "setgroups(0)",
                        "setresgid(6, 6, 6)",
                        "prctl(8, 1, 0, 0, 0)",
                        "setresuid(5, 5, 5)",
                        "prctl(8, 0, 0, 0, 0)",
                        "prctl(1, 9, 0, 0, 0)"),
                perform(new RecordingLibC(), new PrivilegeStep.SetUser(5, 6, List.of(), SetGroups.YES, 022)));
    }

    @Test
    void groups_that_a_joined_user_namespace_denies_are_omitted_only_when_the_list_is_empty() {
        RecordingLibC denying = new RecordingLibC().failing("setgroups", Errno.EPERM);
        assertTrue(perform(denying, new PrivilegeStep.SetUser(5, 6, List.of(), SetGroups.IF_ALLOWED, 022))
                .contains("setresuid(5, 5, 5)"));
        for (PrivilegeStep.SetUser refused : List.of(
                new PrivilegeStep.SetUser(5, 6, List.of(7), SetGroups.IF_ALLOWED, 022),
                new PrivilegeStep.SetUser(5, 6, List.of(), SetGroups.YES, 022))) {
            RecordingLibC kernel = new RecordingLibC().failing("setgroups", Errno.EPERM);
            assertFalse(perform(kernel, refused).contains("setresuid(5, 5, 5)"));
        }
    }

    @Test
    void all_capabilities_that_the_kernel_knows_are_dropped() {
        List<String> calls = perform(
                new RecordingLibC().failing("prctl(24, 5,", Errno.EINVAL), new PrivilegeStep.LimitCapabilities(0b1010));
        assertEquals(
                List.of(
                        "prctl(47, 4, 0, 0, 0)",
                        "prctl(24, 0, 0, 0, 0)",
                        "prctl(24, 2, 0, 0, 0)",
                        "prctl(24, 4, 0, 0, 0)",
                        "prctl(24, 5, 0, 0, 0)"),
                calls);
    }

    @Test
    void a_fifo_is_made_with_its_mode_and_given_to_its_owner() {
        List<String> calls = perform(
                new RecordingLibC(), new RootStep.EnterRootfs("/r", 0), new NodeStep.MakeFifo("/dev/pipe", 0620, 5, 6));
        assertTrue(
                calls.stream()
                        .anyMatch(call ->
                                call.startsWith("mknodat(") && call.endsWith("pipe, " + (0010000 | 0620) + ", 0)")),
                calls.toString());
        assertTrue(
                calls.stream().anyMatch(call -> call.startsWith("fchownat(") && call.contains("pipe, 5, 6")),
                calls.toString());
    }

    @Test
    void an_oom_score_that_a_stage_may_not_set_is_requested_from_the_host() {
        for (int due : new int[] {HostStep.NONE, 7}) {
            List<String> calls =
                    perform(new RecordingLibC().failing("write", Errno.EACCES), new LimitStep.SetOomScore(-500, due));
            int request = calls.indexOf("sendmsg(3, 16384)");
            assertTrue(request > 0, calls.toString());
            assertEquals(
                    due != HostStep.NONE, calls.subList(request, calls.size()).contains("read(3, 1)"), "the wait");
        }
    }

    @Test
    void an_oom_score_that_may_not_be_lowered_names_the_capability() {
        assertTrue(
                new LimitStep.SetOomScore(-500).hint(Errno.EACCES).contains("CAP_SYS_RESOURCE"),
                "only root of the host may");
    }

    @Test
    void after_a_failed_step_no_other_is_performed() {
        List<String> calls = perform(
                new RecordingLibC().failing("sethostname", Errno.EPERM),
                new SettingStep.SetHostname("box"),
                new PivotStep.PivotRoot(true));
        assertEquals("sethostname(box, 3)", calls.get(0));
        assertTrue(calls.stream().noneMatch(call -> call.startsWith("pivot_root")), calls.toString());
        assertTrue(calls.get(1).startsWith("sendmsg(3"), "it is reported: " + calls);
    }

    @Test
    void every_open_file_of_a_step_is_closed_even_when_it_fails() {
        for (String failing : List.of("none", "move_mount", "mount_setattr", "openat2", "open_tree")) {
            RecordingLibC kernel = new RecordingLibC().failing(failing, Errno.EPERM);
            List<String> calls = perform(
                    kernel,
                    new RootStep.EnterRootfs("/r", 0),
                    new MountStep.BindMount("/s", "/t", true, 0, 0, MountAttr.MOUNT_ATTR_RDONLY, 0, 0));
            // The descriptor of the root stays open until execve(2).
            long opened = calls.stream()
                            .filter(c -> c.startsWith("open") && !c.startsWith(failing))
                            .count()
                    - 1;
            assertEquals(
                    opened, calls.stream().filter(c -> c.startsWith("close(")).count(), failing + ": " + calls);
        }
    }

    @Test
    void a_bind_mount_gets_its_attributes_before_it_can_be_reached() {
        List<String> calls = perform(
                new RecordingLibC(),
                new RootStep.EnterRootfs("/r", 0),
                new MountStep.BindMount("/s", "/t", true, 0, 0, MountAttr.MOUNT_ATTR_RDONLY, 0, 0));
        int attributes = calls.indexOf("mount_setattr(11, , 36864, 32)");
        int attached = calls.indexOf("move_mount(11, , 12, , 68)");
        assertTrue(attributes >= 0 && attributes < attached, calls.toString());
    }

    @Test
    void reports_arrive_whole_however_they_are_cut() {
        List<Report> sent = List.of(
                new Report.StepDone(Stage.INIT, "mount ü", 17),
                new Report.InitStarted(4711),
                new Report.Warned("a copy ü"),
                new Report.StepFailed(Stage.CHILD, "unshare", "EPERM", 125),
                new Report.StepFailed(Stage.INIT, "mount", "ENOENT", 125, Outcome.Fault.TMPFS),
                new Report.StepFailed(Stage.INIT, "execute a", "ENOENT", 127, Outcome.Fault.WORKDIR),
                new Report.Due(3, -1),
                new Report.InitEnded(256, 1234),
                new Report.Due(4, 9));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        sent.forEach(report -> all.writeBytes(ReportCodec.encode(report)));
        byte[] bytes = all.toByteArray();
        for (int size = 1; size <= bytes.length; size++) {
            ReportCodec.Decoder decoder = new ReportCodec.Decoder();
            List<Report> received = new ArrayList<>();
            for (int at = 0; at < bytes.length; at += size) {
                byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(at + size, bytes.length));
                received.addAll(decoder.take(piece, piece.length, at == 0 ? 9 : -1));
            }
            assertEquals(sent, received);
        }
    }

    /** The part of the request that caused the failure of {@code step}, which the stage has reported. */
    private static Outcome.Fault fault(Step step, String call, int errno) {
        RecordingLibC kernel = new RecordingLibC().failing(call, errno);
        Linux linux = kernel.linux();
        StageChannel channel = new StageChannel(linux);
        channel.redirect(99);
        StepContext context = new StepContext(linux, channel, false);
        assertFalse(new StepRunner(Stage.INIT, channel, context)
                .perform(List.of(new RootStep.EnterRootfs("/r", 0), step), false));
        byte[] sent = kernel.written(99).getBytes(StandardCharsets.UTF_8);
        return ((Report.StepFailed)
                        new ReportCodec.Decoder().take(sent, sent.length, -1).get(0))
                .fault();
    }

    @Test
    void a_failed_step_names_the_part_of_the_request_whose_path_does_not_fit() {
        Step workdir = new CommandStep.ChangeDirectory("/w", false);
        assertEquals(Outcome.Fault.WORKDIR, fault(workdir, "openat2", Errno.ENOENT));
        assertEquals(Outcome.Fault.NONE, fault(workdir, "openat2", Errno.EMFILE), "nobody's fault");
        Step made = new CommandStep.ChangeDirectory("/w", true);
        assertEquals(Outcome.Fault.WORKDIR, fault(made, "openat2", Errno.ENOTDIR), "a failure without an errno");
        Step bind = new MountStep.BindMount("/s", "/t", true, 0, 0, 0, 0, 0);
        assertEquals(Outcome.Fault.MOUNTS, fault(bind, "open_tree", Errno.EACCES));
        Step tmpfs = new FileSystemStep.MountFileSystem("tmpfs", "tmpfs", "/t", 0, "", 0, false, false);
        assertEquals(Outcome.Fault.TMPFS, fault(tmpfs, "mount(tmpfs", Errno.EINVAL));
        Step queue = new FileSystemStep.MountFileSystem("mqueue", "mqueue", "/t", 0, "", 0, false, false);
        assertEquals(Outcome.Fault.NONE, fault(queue, "mount(mqueue", Errno.EINVAL), "no field of a request");
    }

    @Test
    void only_signals_meant_for_the_command_are_forwarded() {
        assertTrue(LaunchSignals.isForwarded(15));
        assertFalse(LaunchSignals.isForwarded(17), "SIGCHLD");
        assertFalse(LaunchSignals.isForwarded(14), "the parent's death");
        assertThrows(IllegalArgumentException.class, () -> SelfExec.ofStage(new String[] {"child"}));
    }
}
