package dev.rustyrun.plan;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Compiles the plan of a further process in a container that runs: it joins what {@code init} is in, and makes nothing. */
public final class ExecPlan {

    private ExecPlan() {}

    /**
     * The plan.
     *
     * @param spec the container's, with the further process as its process
     * @param joined the namespaces to join, by the host paths of their files; that of users first
     */
    public static LaunchPlan compile(Spec spec, HostFacts host, List<Joined> joined, Lifecycle life) {
        List<Step> child = new ArrayList<>();
        List<Step> init = new ArrayList<>();
        TaskPlan task = new TaskPlan(spec);
        task.first(init);
        task.beforeCgroup(init);
        if (!host.cgroupFiles().isEmpty()) {
            child.add(new NamespaceStep.OpenCgroup(host.cgroupFiles()));
            init.add(new NamespaceStep.EnterCgroup(host.cgroupFiles().size()));
        }
        task.afterCgroup(init);
        if (spec.process().oomScoreAdj() != Spec.Process.INHERITED) {
            init.add(new PrivilegeStep.SetOomScore(spec.process().oomScoreAdj()));
        }
        if (!host.program().isEmpty()) {
            // The container sees init among its processes, and through it Rustyrun's executable (CVE-2019-5736).
            child.add(new NamespaceStep.Unshare(CloneFlag.CLONE_NEWNS.value()));
            child.add(new RootStep.SetPropagation("/", MountFlag.of(MountFlag.MS_REC, MountFlag.MS_PRIVATE)));
            child.add(new RootStep.ProtectProgram(host.program()));
        }
        // Those that the user namespace does not own can only be entered before it.
        List<Joined> userLast = new ArrayList<>(joined);
        userLast.sort(Comparator.comparing(namespace -> namespace.type() == NamespaceType.USER));
        boolean joinsUser = joined.stream().anyMatch(namespace -> namespace.type() == NamespaceType.USER);
        for (Joined namespace : userLast) {
            // From inside its mounts child could not start init; init joins the users' for the mounts' sake anyway.
            boolean byInit = namespace.type() == NamespaceType.MOUNT || namespace.type() == NamespaceType.CGROUP;
            (byInit ? init : child)
                    .add(new NamespaceStep.JoinNamespace(
                            namespace.path(),
                            namespace.type().flag().value(),
                            joinsUser && !byInit && namespace.type() != NamespaceType.USER));
        }
        init.add(new RootStep.EnterContainer());
        LifecyclePlan lifecycle = new LifecyclePlan(withoutHooks(spec), life);
        ProcessPlan process = new ProcessPlan(spec, host, lifecycle);
        process.terminal(init, false);
        init.add(new CommandStep.ChangeDirectory(spec.process().cwd()));
        process.command(init);
        return new LaunchPlan(child, init, spec.process().terminal(), false, IdMaps.NONE, List.of(), List.of());
    }

    private static Spec withoutHooks(Spec spec) {
        return new Spec(
                spec.process(),
                spec.root(),
                spec.hostname(),
                spec.domainname(),
                spec.mounts(),
                spec.linux(),
                spec.annotations(),
                Hooks.NONE);
    }

    /**
     * A namespace to join.
     *
     * @param path of the host, such as {@code /proc/4711/ns/net}
     */
    public record Joined(NamespaceType type, String path) {}
}
