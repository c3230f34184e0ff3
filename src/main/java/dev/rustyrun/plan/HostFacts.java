package dev.rustyrun.plan;

import dev.rustyrun.step.SeccompFilter;
import java.util.List;

/**
 * Facts about the host, and preparations on it, on which the plan depends.
 *
 * @param program host path of Rustyrun's own executable, to be protected from the container; empty for no protection
 * @param cleanup paths to remove at the end
 * @param cgroupFiles files through which the container's cgroup is entered, those of cgroup hierarchies first; empty
 *     without a cgroup
 * @param limitsDevices whether that cgroup restricts which devices can be opened
 * @param mayMapGroups whether setgroups(2) is allowed in a new user namespace: not when an unprivileged user maps only
 *     their own id
 * @param mayMakeDevices whether device files can be created; otherwise the host's are bind-mounted
 * @param seccomp the container's system call filter, or {@link SeccompFilter#NONE}
 * @param cgroupHierarchies the hierarchies mounted on the host, for a container that mounts them; otherwise it may be
 *     empty
 * @param mayAppear whether {@code init} can be set up outside of the PID namespace that the container joins. This needs
 *     a copy of the process, which a JVM cannot make, and a {@code /proc} of a PID namespace other than its own, which
 *     Linux 6.18 can mount
 */
public record HostFacts(
        String program,
        Cleanup cleanup,
        List<String> cgroupFiles,
        boolean limitsDevices,
        boolean mayMapGroups,
        boolean mayMakeDevices,
        SeccompFilter seccomp,
        List<CgroupHierarchy> cgroupHierarchies,
        boolean mayAppear) {

    /** A privileged host without preparations. */
    public static final HostFacts PLAIN =
            new HostFacts("", Cleanup.NONE, List.of(), false, true, true, SeccompFilter.NONE, List.of(), false);

    /**
     * Host paths that a launch creates and removes at its end.
     *
     * @param directories host paths of directories, removed after the files and only when empty
     */
    public record Cleanup(List<String> files, List<String> directories) {

        /** No paths. */
        public static final Cleanup NONE = new Cleanup(List.of(), List.of());

        public Cleanup {
            files = List.copyOf(files);
            directories = List.copyOf(directories);
        }
    }

    public HostFacts {
        cgroupFiles = List.copyOf(cgroupFiles);
        cgroupHierarchies = List.copyOf(cgroupHierarchies);
    }

    /** How many of the cgroup files belong to cgroup hierarchies; they come first. */
    int hierarchies() {
        return (int)
                cgroupFiles.stream().filter(file -> !file.startsWith("/proc/")).count();
    }

    /** A copy with {@link #mayAppear} set to {@code may}. */
    public HostFacts appearing(boolean may) {
        return new HostFacts(
                program,
                cleanup,
                cgroupFiles,
                limitsDevices,
                mayMapGroups,
                mayMakeDevices,
                seccomp,
                cgroupHierarchies,
                may);
    }

    /** A host with {@link #mayAppear} false, for a container that joins no PID namespace. */
    public HostFacts(
            String program,
            Cleanup cleanup,
            List<String> cgroupFiles,
            boolean limitsDevices,
            boolean mayMapGroups,
            boolean mayMakeDevices,
            SeccompFilter seccomp,
            List<CgroupHierarchy> cgroupHierarchies) {
        this(
                program,
                cleanup,
                cgroupFiles,
                limitsDevices,
                mayMapGroups,
                mayMakeDevices,
                seccomp,
                cgroupHierarchies,
                false);
    }

    /** A host without mounted cgroup hierarchies. */
    public HostFacts(
            String program,
            Cleanup cleanup,
            List<String> cgroupFiles,
            boolean limitsDevices,
            boolean mayMapGroups,
            boolean mayMakeDevices,
            SeccompFilter seccomp) {
        this(program, cleanup, cgroupFiles, limitsDevices, mayMapGroups, mayMakeDevices, seccomp, List.of(), false);
    }
}
