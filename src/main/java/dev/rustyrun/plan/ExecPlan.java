package dev.rustyrun.plan;

import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.MountOptions;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.step.CgroupStep;
import dev.rustyrun.step.CommandStep;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.IdMaps;
import dev.rustyrun.step.LimitStep;
import dev.rustyrun.step.MountNamespaceStep;
import dev.rustyrun.step.NamespaceStep;
import dev.rustyrun.step.PivotStep;
import dev.rustyrun.step.RootStep;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.SuccessionStep;
import dev.rustyrun.step.UserNamespaceStep;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Compiles the plan of another process in a running container: it joins the container's namespaces, and creates none.
 * The container's processes see the new process from {@link SuccessionStep.Appear} on, when it has no more privileges
 * than they have.
 */
public final class ExecPlan {

    private ExecPlan() {}

    /**
     * Compiles the plan for a container whose root is that of its mount namespace.
     *
     * @param spec the container's Spec, with the new process as its process
     * @param full whether the container's process limit leaves no room for a copy of a process: then only the process
     *     that has appeared enters the cgroup, which a process may always join
     * @param joined the namespaces to join, by the host paths of their files
     */
    public static LaunchPlan compile(Spec spec, HostFacts host, boolean full, List<Joined> joined, Lifecycle life) {
        return compile(spec, host, full, joined, Optional.empty(), life);
    }

    /**
     * Compiles the plan for a container whose root may differ from that of its mount namespace.
     *
     * @param root host path of the root of its first process, such as {@code /proc/4711/root}; empty if it is that of
     *     the mount namespace
     */
    public static LaunchPlan compile(
            Spec spec, HostFacts host, boolean full, List<Joined> joined, Optional<String> root, Lifecycle life) {
        HostSteps run = new HostSteps();
        LifecyclePlan lifecycle = new LifecyclePlan(withoutHooks(spec), life, run);
        List<Step> child = new ArrayList<>();
        List<Step> init = new ArrayList<>();
        TaskPlan task = new TaskPlan(spec);
        task.first(init);
        List<Step> late = new ArrayList<>();
        List<Step> entering = full ? late : init;
        task.beforeCgroup(entering);
        int files = host.cgroupFiles().size();
        if (files > 0) {
            child.add(new CgroupStep.OpenCgroup(host.cgroupFiles()));
            entering.add(new CgroupStep.EnterCgroup(files));
        }
        child.add(new SuccessionStep.AwaitSuccessor(files, lifecycle.part()));
        task.afterCgroup(entering);
        if (spec.process().oomScoreAdj() != Spec.Process.INHERITED) {
            init.add(new LimitStep.SetOomScore(spec.process().oomScoreAdj()));
        }
        Optional<Joined> first = joined.stream().filter(Joined::first).findAny();
        first.ifPresent(users -> child.add(new UserNamespaceStep.JoinUserNamespace(
                users.path(), run.add(new HostStep.MapIds(new IdMaps(List.of(), List.of(), true, true))))));
        root.ifPresent(path -> child.add(new MountNamespaceStep.OpenRoot(path, files + 1)));
        if (!host.program().isEmpty()) {
            // The container could see init among its processes, and reach Rustyrun's executable through it
            // (CVE-2019-5736).
            child.add(new NamespaceStep.Unshare(NamespaceType.MOUNT.flag()));
            child.add(new RootStep.SetPropagation("/", MountOptions.ALL_PRIVATE));
            child.add(new RootStep.ProtectProgram(host.program()));
        }
        join(init, joined.stream().filter(namespace -> !namespace.first()).toList());
        root.ifPresent(path -> init.add(new MountNamespaceStep.JoinRoot(files + 1)));
        init.add(new PivotStep.EnterContainer());
        ProcessPlan process = new ProcessPlan(spec, host, lifecycle, run);
        process.terminal(init, false, false);
        init.add(new CommandStep.ChangeDirectory(spec.process().cwd(), false));
        List<Step> appear = new ArrayList<>();
        appear.add(new SuccessionStep.Appear(files, spec.process().terminal()));
        appear.addAll(late);
        // The new process is not PID 1, so it needs no reaper.
        process.command(init, appear, false);
        return new LaunchPlan(run.all(), child, init, spec.process().terminal(), false);
    }

    /**
     * Namespaces that the user namespace does not own must be entered before it. The mount namespace comes last,
     * because the paths of all others are the host's.
     */
    private static void join(List<Step> init, List<Joined> joined) {
        List<Joined> ordered = new ArrayList<>(joined);
        ordered.sort(Comparator.comparing(namespace -> switch (namespace.type()) {
            case USER -> 1;
            case MOUNT -> 2;
            default -> 0;
        }));
        boolean joinsUser = joined.stream().anyMatch(namespace -> namespace.type() == NamespaceType.USER);
        for (Joined namespace : ordered) {
            boolean orLater =
                    joinsUser && namespace.type() != NamespaceType.USER && namespace.type() != NamespaceType.MOUNT;
            init.add(new NamespaceStep.JoinNamespace(
                    namespace.path(), namespace.type().flag(), orLater));
        }
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
     * @param path host path, such as {@code /proc/4711/ns/net}
     * @param first whether {@code child} joins it instead of {@code init}: an ordinary user can mount, and join the
     *     other namespaces, only inside a user namespace that the user owns
     */
    public record Joined(NamespaceType type, String path, boolean first) {

        /** A namespace that {@code init} joins. */
        public Joined(NamespaceType type, String path) {
            this(type, path, false);
        }
    }
}
