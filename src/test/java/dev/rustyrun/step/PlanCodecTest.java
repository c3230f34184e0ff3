package dev.rustyrun.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.SchedulerAttributes;
import dev.rustyrun.spec.Hooks.Hook;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanCodecTest {

    private static final List<Step> ONE_OF_EACH = List.of(
            new NamespaceStep.Unshare(-1),
            new NamespaceStep.JoinNamespace("/proc/1/ns/net", 1 << 30, true, "sysctl net.a"),
            new UserNamespaceStep.JoinUserNamespace("/proc/1/ns/user", 1),
            new NamespaceStep.OpenNamespace("/proc/1/ns/pid", 1 << 29, 3, true, "mounts"),
            new NamespaceStep.JoinOpened(1 << 29, 3),
            new MountNamespaceStep.JoinMounts(3, "/r"),
            new UserNamespaceStep.MapIds(true, 2),
            new SettingStep.SetTimeOffset("boottime", -5, 7),
            new SettingStep.SetHostname("häuschen"),
            new SettingStep.SetDomainname("d"),
            new SettingStep.LoopbackUp(),
            new NetworkStep.StartNetwork("network cni:x", 8),
            new NetworkStep.AwaitNetwork("the private network", "pasta", true),
            new NetworkStep.OfferProxy(3128, 9),
            new SettingStep.SetSysctl("net.a", "1"),
            new LifecycleStep.RegisterCleanup(List.of("/f"), List.of("/d", "/e")),
            new CgroupStep.OpenCgroup(List.of("/a", "/b")),
            new CgroupStep.EnterCgroup(2),
            new CgroupStep.SeeCgroup(2),
            new SuccessionStep.AwaitSuccessor(3, 4),
            new SuccessionStep.Appear(3, true),
            new RootStep.SetPropagation("/", 1L << 40),
            new RootStep.ProtectProgram("/x"),
            new RootStep.ReceiveLayer("/l", 5),
            new RootStep.EnterRootfs("/r", 1, true, 3, 4),
            new MountNamespaceStep.EnterDirectory("/r", true),
            new RootStep.EnterOverlay(List.of("/l"), "size=1", ",userxattr", 2, true),
            new RootStep.EnterLayers(List.of("/top", "/low"), "/own", ",volatile", 2),
            new FileSystemStep.MountFileSystem("tmpfs", "src", "/t", 5, "size=1", 6, true, false),
            new MountStep.BindMount("/s", "/t", true, 1, 2, 3, 4, 5, 17),
            new MountStep.ReceiveMount("/t", "it", 6),
            new MountStep.FillVolume("/v"),
            new MountStep.CopyLink("/s", "/t", new MountStep.BindMount("/s", "/t", true, 1, 2, 3, 4, 5, 17)),
            new NodeStep.ShareDevice("/dev/zero", "/dev/null", false, 1, 5),
            new NodeStep.MakeDevice("/dev/null", false, 1, 3, 0666, 4, 5),
            new NodeStep.MakeFifo("/f", 0600, 1, 2),
            new NodeStep.MakeLink("/a", "b"),
            new CoverStep.SealMount("/s"),
            new CoverStep.MaskPath("/m"),
            new CoverStep.ReadOnlyPath("/p"),
            new PivotStep.PivotRoot(true),
            new MountNamespaceStep.ChangeRoot(),
            new MountNamespaceStep.OpenRoot("/proc/1/root", 4),
            new MountNamespaceStep.JoinRoot(4),
            new PivotStep.EnterContainer(),
            new PivotStep.ReadOnlyRoot(),
            new LimitStep.RaiseRlimit(7, "RLIMIT_NOFILE", -1),
            new LimitStep.SetRlimit(7, "RLIMIT_NOFILE", 1, -1),
            new LimitStep.SetOomScore(-1000, 18),
            new PrivilegeStep.LimitCapabilities(Long.MIN_VALUE),
            new PrivilegeStep.SetUser(1, 2, List.of(3, 4), PrivilegeStep.SetUser.SetGroups.IF_ALLOWED, 022),
            new PrivilegeStep.GiveFiles(1000),
            new PrivilegeStep.SetCapabilities(1, 2, 3, 4),
            new PrivilegeStep.NoNewPrivileges(),
            new PrivilegeStep.InstallSeccomp(new SeccompFilter(new byte[16], 1), 18, 19),
            new TaskStep.OpenLabel("/a", "/b"),
            new TaskStep.SetLabel("AppArmor", "exec p"),
            new TaskStep.SetAffinity("0-3"),
            new TaskStep.SetPersonality("LINUX32", 8),
            new TaskStep.SetMemoryPolicy(2, "MPOL_BIND", "0"),
            new TaskStep.SetIoPriority(2, "IOPRIO_CLASS_BE", 7),
            new TaskStep.SetScheduler("SCHED_FIFO", new SchedulerAttributes(1, 2L << 40, -3, 4, 5, 6, 7)),
            new LifecycleStep.AwaitNetDevices(7),
            new LifecycleStep.AwaitHostHooks(8),
            new LifecycleStep.AwaitState(9),
            new LifecycleStep.RunHook(new Hook("/h", List.of("h"), List.of("A=b"), 3, true), 2, true),
            new LifecycleStep.ReceiveDescriptors(4, 10),
            new LifecycleStep.FindProgram(List.of("sh"), List.of("PATH=/bin"), true),
            new LifecycleStep.Detach(11),
            new LifecycleStep.AwaitStart(12),
            new CommandStep.OpenTerminal(1000, true, false, 24, 80, 13),
            new CommandStep.ChangeDirectory("/c", true),
            new CommandStep.FindHome(1000),
            new CommandStep.HandOver(true),
            new ExecStep.Exec(
                    List.of("a", "", "ü\n\u0001"),
                    List.of("A=1"),
                    ExecStep.ReaperKind.PROGRAM_BY_PATH,
                    List.of(new LimitStep.SetRlimit(9, "RLIMIT_AS", 1, 2))),
            new ExecStep.ExecAppearing(
                    List.of("a"),
                    List.of("A=1"),
                    2,
                    true,
                    true,
                    false,
                    3,
                    ExecStep.Parting.BEFORE_START,
                    new ExecStep.PartingSteps(14, 15, 16),
                    List.of(new LimitStep.SetRlimit(9, "RLIMIT_AS", 1, 2))));

    @Test
    void every_kind_of_step_is_the_same_after_encoding_and_decoding() {
        assertEquals(
                List.of(StepKind.values()), ONE_OF_EACH.stream().map(Step::kind).toList(), "each kind, in order");
        assertEquals(ONE_OF_EACH, PlanCodec.decode(PlanCodec.encode(ONE_OF_EACH)));
        assertEquals(List.of(), PlanCodec.decode(PlanCodec.encode(List.of())));
    }

    @Test
    void a_plan_that_is_cut_off_anywhere_is_refused() {
        byte[] whole = PlanCodec.encode(ONE_OF_EACH);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThrows(IllegalArgumentException.class, () -> PlanCodec.decode(part));
        }
        assertThrows(IllegalArgumentException.class, () -> PlanCodec.decode(Arrays.copyOf(whole, whole.length + 1)));
    }

    @Test
    void bytes_that_are_not_a_plan_are_only_refused() {
        Random random = new Random(1);
        byte[] whole = PlanCodec.encode(ONE_OF_EACH);
        int decoded = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                PlanCodec.decode(damaged);
                decoded++;
            } catch (IllegalArgumentException expected) {
                assertTrue(expected.getMessage().startsWith("broken plan at byte "), expected.getMessage());
            }
        }
        assertTrue(decoded > 0 && decoded < 20_000);
    }
}
