package dev.rustyrun.plan;

import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.MountOptions;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SysctlName;
import dev.rustyrun.step.CgroupStep;
import dev.rustyrun.step.CommandStep;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.IdMaps;
import dev.rustyrun.step.LifecycleStep;
import dev.rustyrun.step.LimitStep;
import dev.rustyrun.step.MountNamespaceStep;
import dev.rustyrun.step.NamespaceStep;
import dev.rustyrun.step.NetworkStep;
import dev.rustyrun.step.PivotStep;
import dev.rustyrun.step.RootStep;
import dev.rustyrun.step.SettingStep;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.SuccessionStep;
import dev.rustyrun.step.UserNamespaceStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compiles a Spec into a LaunchPlan. It is a pure function: the same Spec on the same {@link HostFacts} always gives
 * the same plan.
 */
public final class PlanCompiler {

    private static final int PIDS = NamespaceType.PID.flag();

    private final Spec spec;
    private final LinuxSpec linux;
    private final HostFacts host;
    private final Lifecycle life;
    private final LifecyclePlan lifecycle;
    /** Whether the container joins a PID namespace, but is set up outside of it. */
    private final boolean appears;

    private final Optional<ConnectedNetwork> network;

    private final HostSteps run = new HostSteps();
    private final List<Step> child = new ArrayList<>();
    private final List<Step> init = new ArrayList<>();

    private PlanCompiler(Spec spec, HostFacts host, Lifecycle life) {
        this.spec = spec;
        this.linux = spec.linux();
        this.host = host;
        this.life = life;
        this.lifecycle = new LifecyclePlan(spec, life, run);
        this.network = ConnectedNetwork.of(spec.annotations());
        // A joined mount namespace need not have a /proc that shows a process outside.
        this.appears = host.mayAppear() && linux.isJoined(NamespaceType.PID) && !linux.isJoined(NamespaceType.MOUNT);
    }

    /** The plan for {@code spec}, which must be valid, in the foreground. */
    public static LaunchPlan compile(Spec spec, HostFacts host) {
        return compile(spec, host, Lifecycle.FOREGROUND);
    }

    /** The plan for {@code spec}, which must be valid. */
    public static LaunchPlan compile(Spec spec, HostFacts host, Lifecycle life) {
        return new PlanCompiler(spec, host, life).compile();
    }

    private LaunchPlan compile() {
        namespaces();
        new TaskPlan(spec).first(init);
        cgroup();
        identity();
        FileSystemPlan files = new FileSystemPlan(spec, host, run, appears ? openedPids() : FileSystemPlan.OWN_PIDS);
        boolean ownMounts = linux.isNew(NamespaceType.MOUNT);
        if (!ownMounts && (linux.has(NamespaceType.MOUNT) || !host.program().isEmpty())) {
            init.add(new MountNamespaceStep.JoinMounts(
                    openedMounts(), linux.has(NamespaceType.MOUNT) ? spec.root().path() : ""));
        }
        files.before(init);
        for (var parameter : new java.util.TreeMap<>(linux.sysctl()).entrySet()) {
            init.add(new SettingStep.SetSysctl(
                    SysctlName.parse(parameter.getKey()).path(), parameter.getValue()));
        }
        lifecycle.beforeRoot(init);
        ProcessPlan process = new ProcessPlan(spec, host, lifecycle, run);
        process.terminal(init, true, !appears);
        files.protect(init);
        init.add(ownMounts ? new PivotStep.PivotRoot(life.pivots()) : new MountNamespaceStep.ChangeRoot());
        if (spec.hasProcess()) {
            init.add(new CommandStep.ChangeDirectory(spec.process().cwd(), true));
        }
        files.seal(init);
        // This comes as late as possible, because the network starts in parallel with all steps above.
        network.ifPresent(wanted -> init.add(new NetworkStep.AwaitNetwork(
                wanted.describe(), wanted.cni().isPresent() ? "" : "pasta", wantsResolvers())));
        if (appears) {
            // Processes that were started earlier, such as hooks, stay outside.
            init.add(new NamespaceStep.JoinOpened(PIDS, openedPids()));
        }
        // A joined PID namespace already has a PID 1, which reaps orphans.
        process.command(init, appears ? appear() : List.of(), spec.wantsReaper() && !appears);
        return new LaunchPlan(run.all(), child, init, spec.process().terminal(), life.awaitsStart());
    }

    /**
     * The user namespace comes before the new namespaces, which it must own. It comes after the joined ones: a new user
     * namespace owns none of them, and a joined one may have no privileges over them; man 7 user_namespaces.
     */
    private void namespaces() {
        if (!host.cleanup().directories().isEmpty()) {
            child.add(new LifecycleStep.RegisterCleanup(
                    host.cleanup().files(), host.cleanup().directories()));
        }
        if (!host.cgroupFiles().isEmpty()) {
            child.add(new CgroupStep.OpenCgroup(host.cgroupFiles()));
        }
        if (appears) {
            child.add(new SuccessionStep.AwaitSuccessor(host.cgroupFiles().size(), lifecycle.part()));
        }
        boolean joinsUser = linux.isJoined(NamespaceType.USER);
        int unshared = 0;
        for (LinuxSpec.Namespace namespace : linux.namespaces()) {
            if (namespace.type() == NamespaceType.MOUNT && !namespace.isNew()) {
                // init enters it as the last namespace, because the paths of all others are the host's.
                child.add(openMounts(namespace.path(), joinsUser, "mounting the rootfs"));
            } else if (!namespace.isNew() && namespace.type() != NamespaceType.USER) {
                child.add(
                        appears && namespace.type() == NamespaceType.PID
                                ? new NamespaceStep.OpenNamespace(namespace.path(), PIDS, openedPids(), joinsUser)
                                : join(namespace, joinsUser));
            } else if (namespace.isNew()
                    && namespace.type() != NamespaceType.CGROUP
                    && namespace.type() != NamespaceType.USER) {
                unshared |= namespace.type().flag();
            }
        }
        linux.namespace(NamespaceType.USER).ifPresent(user -> {
            if (user.isNew()) {
                child.add(new NamespaceStep.Unshare(NamespaceType.USER.flag()));
                child.add(new UserNamespaceStep.MapIds(host.mayMapGroups() && !spec.keepsGroups(), mapIds()));
            } else {
                child.add(new UserNamespaceStep.JoinUserNamespace(user.path(), mapIds()));
            }
        });
        if (unshared != 0) {
            child.add(new NamespaceStep.Unshare(unshared));
        }
        linux.timeOffsets()
                .forEach(offset -> child.add(
                        new SettingStep.SetTimeOffset(offset.clock(), offset.seconds(), offset.nanoseconds())));
        mounts();
    }

    /**
     * Sets up the mount namespace of {@code child}: the container's own, or a separate one if the container uses an
     * existing one.
     */
    private void mounts() {
        boolean ownMounts = linux.isNew(NamespaceType.MOUNT);
        if (!ownMounts && host.program().isEmpty()) {
            return;
        }
        if (!linux.has(NamespaceType.MOUNT)) {
            child.add(openMounts("/proc/thread-self/ns/mnt", false, ""));
        }
        if (!ownMounts) {
            child.add(new NamespaceStep.Unshare(NamespaceType.MOUNT.flag()));
        }
        child.add(new RootStep.SetPropagation("/", propagationOfHost()));
        if (!host.program().isEmpty()) {
            child.add(new RootStep.ProtectProgram(host.program()));
        }
    }

    private Step openMounts(String path, boolean orLater, String changed) {
        return new NamespaceStep.OpenNamespace(path, NamespaceType.MOUNT.flag(), openedMounts(), orLater, changed);
    }

    /**
     * Mount events reach the host only if the container requests that; in that case it receives the host's events, too.
     */
    private long propagationOfHost() {
        boolean asked = linux.rootfsPropagation().endsWith("shared")
                || linux.rootfsPropagation().endsWith("slave");
        return asked ? MountOptions.ALL_SLAVE : MountOptions.ALL_PRIVATE;
    }

    private Step join(LinuxSpec.Namespace namespace, boolean orLater) {
        return new NamespaceStep.JoinNamespace(
                namespace.path(), namespace.type().flag(), orLater, changedIn(namespace.type()));
    }

    private String changedIn(NamespaceType type) {
        boolean named = !spec.hostname().isEmpty() || !spec.domainname().isEmpty();
        if (type == NamespaceType.UTS && named) {
            return spec.hostname().isEmpty() ? "domainname" : "hostname";
        }
        return linux.sysctl().keySet().stream()
                .sorted()
                .filter(name -> SysctlName.parse(name).owner().equals(Optional.of(type)))
                .findFirst()
                .map(name -> "sysctl " + name)
                .orElse("");
    }

    /** The cgroup namespace is created inside the cgroup, so that the container sees its own cgroup as the root. */
    private void cgroup() {
        int oomScore = spec.process().oomScoreAdj();
        if (oomScore != Spec.Process.INHERITED) {
            boolean asksHost = linux.has(NamespaceType.USER);
            init.add(new LimitStep.SetOomScore(
                    oomScore, asksHost ? run.add(new HostStep.SetOomScore(oomScore)) : HostStep.NONE));
        }
        int files = host.cgroupFiles().size();
        if (files > 0 && !entersLate()) {
            init.add(new CgroupStep.EnterCgroup(files));
        }
        if (linux.isNew(NamespaceType.CGROUP) && entersLate()) {
            init.add(new CgroupStep.SeeCgroup(host.hierarchies()));
        } else if (linux.isNew(NamespaceType.CGROUP)) {
            init.add(new NamespaceStep.Unshare(NamespaceType.CGROUP.flag()));
        }
    }

    private void identity() {
        if (linux.has(NamespaceType.UTS)) {
            if (!spec.hostname().isEmpty()) {
                init.add(new SettingStep.SetHostname(spec.hostname()));
            }
            if (!spec.domainname().isEmpty()) {
                init.add(new SettingStep.SetDomainname(spec.domainname()));
            }
        }
        if (linux.isNew(NamespaceType.NETWORK)) {
            init.add(new SettingStep.LoopbackUp());
        }
        if (!spec.allowedHosts().isEmpty()) {
            init.add(
                    new NetworkStep.OfferProxy(Spec.PROXY_PORT, run.add(new HostStep.StartProxy(spec.allowedHosts()))));
        }
        network.ifPresent(wanted ->
                init.add(new NetworkStep.StartNetwork(wanted.describe(), run.add(new HostStep.StartNetwork(wanted)))));
        if (!linux.netDevices().isEmpty()) {
            init.add(new LifecycleStep.AwaitNetDevices(run.add(new HostStep.MoveNetDevices(linux.netDevices()))));
        }
    }

    /** Whether the root comes from an image and no name servers were configured. */
    private boolean wantsResolvers() {
        return spec.root()
                .image()
                .filter(image -> "".equals(image.files().get("/etc/resolv.conf")))
                .isPresent();
    }

    /** The index of the opened mount namespace among the descriptors that {@code init} inherits. */
    private int openedMounts() {
        return host.cgroupFiles().size() + (appears ? 2 : 0);
    }

    /** The index of the opened PID namespace among the descriptors that {@code init} inherits. */
    private int openedPids() {
        return host.cgroupFiles().size() + 1;
    }

    /** The steps after which the copy is visible in the joined PID namespace, as Rustyrun's first process there. */
    private List<Step> appear() {
        List<Step> steps = new ArrayList<>();
        int files = host.cgroupFiles().size();
        steps.add(new SuccessionStep.Appear(files, spec.process().terminal()));
        if (entersLate()) {
            steps.add(new CgroupStep.EnterCgroup(files));
        }
        lifecycle.renewState(steps);
        return steps;
    }

    /** Whether the cgroup has room for only one process, although the copying of a process needs two. */
    private boolean entersLate() {
        return appears && !host.cgroupFiles().isEmpty() && linux.resources().pids() == 1;
    }

    private int mapIds() {
        return run.add(new HostStep.MapIds(new IdMaps(
                linux.uidMappings(), linux.gidMappings(), host.mayMapGroups(), linux.isJoined(NamespaceType.USER))));
    }
}
