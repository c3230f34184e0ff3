package dev.rustyrun.plan;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SysctlName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compiles a Spec into a LaunchPlan: a pure function, the same Spec on the same {@link HostFacts} always gives the same
 * plan.
 */
public final class PlanCompiler {

    private static final int PIDS = CloneFlag.CLONE_NEWPID.value();

    private final Spec spec;
    private final LinuxSpec linux;
    private final HostFacts host;
    private final Lifecycle life;
    /** Whether the container joins a PID namespace, and is set up outside of it. */
    private final boolean appears;

    private final List<Step> child = new ArrayList<>();
    private final List<Step> init = new ArrayList<>();

    private PlanCompiler(Spec spec, HostFacts host, Lifecycle life) {
        this.spec = spec;
        this.linux = spec.linux();
        this.host = host;
        this.life = life;
        this.appears = host.mayAppear() && linux.isJoined(NamespaceType.PID);
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
        FileSystemPlan files = new FileSystemPlan(spec, host, appears ? openedPids() : FileSystemPlan.OWN_PIDS);
        files.before(init);
        for (var parameter : new java.util.TreeMap<>(linux.sysctl()).entrySet()) {
            init.add(new NamespaceStep.SetSysctl(
                    SysctlName.parse(parameter.getKey()).path(), parameter.getValue()));
        }
        LifecyclePlan lifecycle = new LifecyclePlan(spec, life);
        lifecycle.beforeRoot(init);
        ProcessPlan process = new ProcessPlan(spec, host, lifecycle);
        process.terminal(init, true, !appears);
        files.protect(init);
        init.add(new RootStep.PivotRoot(life.pivots()));
        if (spec.hasProcess()) {
            init.add(new CommandStep.ChangeDirectory(spec.process().cwd(), true));
        }
        files.seal(init);
        if (appears) {
            // What is started before, such as a hook, stays outside.
            init.add(new NamespaceStep.JoinOpened(PIDS, openedPids()));
        }
        // In a joined PID namespace it would be no PID 1: that one has its own, which reaps.
        process.command(init, appears ? appear(lifecycle) : List.of(), spec.wantsReaper() && !appears);
        return new LaunchPlan(
                child, init, spec.process().terminal(), life.awaitsStart(), idMaps(), files.sent(), linux.netDevices());
    }

    /**
     * The user namespace comes before those that are new, for it owns what is made after it, and after those that are there:
     * a new one owns none of them, and in another one there may be no right to them; man 7 user_namespaces.
     */
    private void namespaces() {
        if (!host.leftovers().directories().isEmpty()) {
            child.add(new NamespaceStep.RegisterCleanup(
                    host.leftovers().files(), host.leftovers().directories()));
        }
        if (!host.cgroupFiles().isEmpty()) {
            child.add(new NamespaceStep.OpenCgroup(host.cgroupFiles()));
        }
        if (appears) {
            child.add(new NamespaceStep.AwaitSuccessor(host.cgroupFiles().size()));
        }
        boolean joinsUser = linux.isJoined(NamespaceType.USER);
        int unshared = 0;
        for (LinuxSpec.Namespace namespace : linux.namespaces()) {
            if (!namespace.isNew() && namespace.type() != NamespaceType.USER) {
                child.add(
                        appears && namespace.type() == NamespaceType.PID
                                ? new NamespaceStep.OpenNamespace(namespace.path(), PIDS, openedPids(), joinsUser)
                                : join(namespace, joinsUser));
            } else if (namespace.isNew()
                    && namespace.type() != NamespaceType.CGROUP
                    && namespace.type() != NamespaceType.USER) {
                unshared |= namespace.type().flag().value();
            }
        }
        linux.namespace(NamespaceType.USER).ifPresent(user -> {
            if (user.isNew()) {
                child.add(new NamespaceStep.Unshare(CloneFlag.CLONE_NEWUSER.value()));
                child.add(new NamespaceStep.MapIds(host.mayMapGroups() && !spec.keepsGroups()));
            } else {
                child.add(new NamespaceStep.JoinUserNamespace(user.path()));
            }
        });
        if (unshared != 0) {
            child.add(new NamespaceStep.Unshare(unshared));
        }
        linux.timeOffsets()
                .forEach(offset -> child.add(
                        new NamespaceStep.SetTimeOffset(offset.clock(), offset.seconds(), offset.nanoseconds())));
        if (linux.isNew(NamespaceType.MOUNT)) {
            child.add(new RootStep.SetPropagation("/", propagationOfHost()));
            if (!host.program().isEmpty()) {
                child.add(new RootStep.ProtectProgram(host.program()));
            }
        }
    }

    /** Mount events go to the host only when the container asks for that; those of the host come in only then. */
    private long propagationOfHost() {
        boolean asked = linux.rootfsPropagation().endsWith("shared")
                || linux.rootfsPropagation().endsWith("slave");
        return MountFlag.of(MountFlag.MS_REC, asked ? MountFlag.MS_SLAVE : MountFlag.MS_PRIVATE);
    }

    private Step join(LinuxSpec.Namespace namespace, boolean orLater) {
        return new NamespaceStep.JoinNamespace(
                namespace.path(), namespace.type().flag().value(), orLater, changedIn(namespace.type()));
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

    /** The cgroup namespace is made inside the cgroup, so that the container sees its own as the root. */
    private void cgroup() {
        if (spec.process().oomScoreAdj() != Spec.Process.INHERITED) {
            init.add(new PrivilegeStep.SetOomScore(spec.process().oomScoreAdj()));
        }
        int files = host.cgroupFiles().size();
        if (files > 0 && !entersLate()) {
            init.add(new NamespaceStep.EnterCgroup(files));
        }
        if (linux.isNew(NamespaceType.CGROUP) && entersLate()) {
            init.add(new NamespaceStep.SeeCgroup(files));
        } else if (linux.isNew(NamespaceType.CGROUP)) {
            init.add(new NamespaceStep.Unshare(CloneFlag.CLONE_NEWCGROUP.value()));
        }
    }

    private void identity() {
        if (linux.has(NamespaceType.UTS)) {
            if (!spec.hostname().isEmpty()) {
                init.add(new NamespaceStep.SetHostname(spec.hostname()));
            }
            if (!spec.domainname().isEmpty()) {
                init.add(new NamespaceStep.SetDomainname(spec.domainname()));
            }
        }
        if (linux.isNew(NamespaceType.NETWORK)) {
            init.add(new NamespaceStep.LoopbackUp());
        }
        if (!linux.netDevices().isEmpty()) {
            init.add(new LifecycleStep.AwaitNetDevices());
        }
    }

    /** The place of the opened PID namespace among the descriptors that {@code init} inherits. */
    private int openedPids() {
        return host.cgroupFiles().size() + 1;
    }

    /** The copy is the first process of ours that those in the joined PID namespace see. */
    private List<Step> appear(LifecyclePlan lifecycle) {
        List<Step> steps = new ArrayList<>();
        int files = host.cgroupFiles().size();
        steps.add(new NamespaceStep.Appear(files, spec.process().terminal()));
        if (entersLate()) {
            steps.add(new NamespaceStep.EnterCgroup(files));
        }
        if (lifecycle.hasHooksInside()) {
            steps.add(new LifecycleStep.AwaitState());
        }
        return steps;
    }

    /** Whether the cgroup has no room for two processes, which there are while one makes a copy of itself. */
    private boolean entersLate() {
        return appears && !host.cgroupFiles().isEmpty() && linux.resources().pids() == 1;
    }

    private IdMaps idMaps() {
        return linux.has(NamespaceType.USER)
                ? new IdMaps(
                        linux.uidMappings(),
                        linux.gidMappings(),
                        host.mayMapGroups(),
                        linux.isJoined(NamespaceType.USER))
                : IdMaps.NONE;
    }
}
