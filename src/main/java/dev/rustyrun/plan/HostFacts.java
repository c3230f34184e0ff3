package dev.rustyrun.plan;

import dev.rustyrun.step.SeccompFilter;
import java.util.List;

/**
 * What the host has prepared or supports for a launch, as far as the plan depends on it.
 *
 * @param program host path of Rustyrun's own executable, to be protected from the container; empty to leave it
 * @param cleanup what must be removed at the end
 * @param cgroupFiles the files through which the container's cgroup is entered, those of hierarchies first; empty when it has
 *     none
 * @param limitsDevices whether that cgroup lets only allowed devices be opened
 * @param mayMapGroups whether a new user namespace keeps setgroups(2): not when an unprivileged user maps only himself
 * @param mayMakeDevices whether device files can be made; where not, the host's are shown instead
 * @param seccomp the container's system call filter, or {@link SeccompFilter#NONE}
 * @param cgroupHierarchies those mounted on the host, for a container that mounts them; else it may be empty
 * @param mayAppear whether {@code init} can be set up outside of the PID namespace that the container joins: it takes a copy of
 *     itself, which a JVM cannot make, and a {@code /proc} of another PID namespace than its own, which Linux 6.18 can mount
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
     * @param directories removed after the files, and only when empty
     */
    public record Cleanup(List<String> files, List<String> directories) {

        /** Nothing. */
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

    /** How many of the files of its cgroup are those of hierarchies; they come first. */
    int hierarchies() {
        return (int)
                cgroupFiles.stream().filter(file -> !file.startsWith("/proc/")).count();
    }

    /** A host where {@code init} can be set up outside of a joined PID namespace or, with false, cannot. */
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

    /** A host on which nothing appears, for a container that joins no PID namespace. */
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

    /** A host with no mounted control groups that the container would show. */
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
