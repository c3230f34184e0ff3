package dev.rustyrun.plan;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.MountOptions;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compiles a Spec into a LaunchPlan: a pure function, the same Spec always gives the same plan. */
public final class PlanCompiler {

    private static final Set<String> KERNEL_VIEWS = Set.of("proc", "sysfs");

    private final Spec spec;
    private final List<Step> init = new ArrayList<>();

    private PlanCompiler(Spec spec) {
        this.spec = spec;
    }

    /** The plan for {@code spec}, which must be valid. */
    public static LaunchPlan compile(Spec spec) {
        return new PlanCompiler(spec).compile();
    }

    private LaunchPlan compile() {
        identity();
        mounts();
        devices();
        if (spec.process().terminal()) {
            init.add(new Step.OpenTerminal(spec.process().user().uid()));
        }
        paths();
        root();
        privileges();
        init.add(new Step.Exec(spec.process().args(), spec.process().env(), spec.wantsReaper()));
        return new LaunchPlan(List.of(new Step.Unshare(cloneFlags())), init, spec.process().terminal());
    }

    private int cloneFlags() {
        int flags = 0;
        for (Spec.Namespace namespace : spec.linux().namespaces()) {
            flags |= switch (namespace) {
                case PID -> CloneFlag.CLONE_NEWPID.value();
                case NETWORK -> CloneFlag.CLONE_NEWNET.value();
                case MOUNT -> CloneFlag.CLONE_NEWNS.value();
                case IPC -> CloneFlag.CLONE_NEWIPC.value();
                case UTS -> CloneFlag.CLONE_NEWUTS.value();
                case CGROUP -> CloneFlag.CLONE_NEWCGROUP.value();
            };
        }
        return flags;
    }

    private void identity() {
        if (spec.linux().namespaces().contains(Spec.Namespace.UTS)) {
            init.add(new Step.SetHostname(spec.hostname()));
        }
        if (spec.linux().namespaces().contains(Spec.Namespace.NETWORK)) {
            init.add(new Step.LoopbackUp());
        }
    }

    private void mounts() {
        init.add(new Step.SetPropagation("/", MountFlag.of(MountFlag.MS_REC, MountFlag.MS_PRIVATE)));
        init.add(new Step.EnterRootfs(spec.root().path()));
        for (Spec.Mount mount : spec.mounts()) {
            MountOptions options = MountOptions.parse(mount.options());
            if (options.isBind() || mount.type().equals("bind")) {
                init.add(new Step.BindMount(mount.source(), mount.destination(), options.flags(),
                        options.propagation(), options.isRecursive()));
            } else {
                boolean refuseLinks = KERNEL_VIEWS.contains(mount.type()) || mount.destination().equals("/dev");
                init.add(new Step.MountFileSystem(mount.type(), mount.source(), mount.destination(), options.flags(),
                        options.data(), refuseLinks));
            }
        }
    }

    /** config-linux.md, "Default Devices", and the links of its "/dev symbolic links". */
    private void devices() {
        init.add(new Step.MakeDevice("/dev/null", 1, 3));
        init.add(new Step.MakeDevice("/dev/zero", 1, 5));
        init.add(new Step.MakeDevice("/dev/full", 1, 7));
        init.add(new Step.MakeDevice("/dev/random", 1, 8));
        init.add(new Step.MakeDevice("/dev/urandom", 1, 9));
        init.add(new Step.MakeDevice("/dev/tty", 5, 0));
        init.add(new Step.MakeLink("/dev/fd", "/proc/self/fd"));
        init.add(new Step.MakeLink("/dev/stdin", "/proc/self/fd/0"));
        init.add(new Step.MakeLink("/dev/stdout", "/proc/self/fd/1"));
        init.add(new Step.MakeLink("/dev/stderr", "/proc/self/fd/2"));
        init.add(new Step.MakeLink("/dev/ptmx", "pts/ptmx"));
    }

    private void paths() {
        for (String path : spec.linux().maskedPaths()) {
            init.add(new Step.MaskPath(path));
        }
        for (String path : spec.linux().readonlyPaths()) {
            init.add(new Step.ReadOnlyPath(path));
        }
    }

    private void root() {
        init.add(new Step.PivotRoot());
        init.add(new Step.ChangeDirectory(spec.process().cwd()));
        if (spec.root().readonly()) {
            init.add(new Step.ReadOnlyRoot());
        }
    }

    private void privileges() {
        Spec.Capabilities sets = spec.process().capabilities();
        Spec.User user = spec.process().user();
        init.add(new Step.LimitCapabilities(Capability.bits(sets.bounding())));
        init.add(new Step.SetUser(user.uid(), user.gid(), user.additionalGids(), user.umask()));
        init.add(new Step.SetCapabilities(Capability.bits(sets.effective()), Capability.bits(sets.permitted()),
                Capability.bits(sets.inheritable())));
        if (spec.process().noNewPrivileges()) {
            init.add(new Step.NoNewPrivileges());
        }
    }
}
