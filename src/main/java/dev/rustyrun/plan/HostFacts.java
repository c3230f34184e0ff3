package dev.rustyrun.plan;

import java.util.List;

/**
 * What the host has prepared for a launch, or can do, as far as the plan depends on it.
 *
 * @param program host path of Rustyrun's own executable, to be protected from the container; empty to leave it
 * @param cgroupFiles the {@code cgroup.procs} files of the container's cgroup; empty when it has none
 * @param limitsDevices whether that cgroup lets only allowed devices be opened
 * @param mayMapGroups whether a new user namespace keeps setgroups(2): not when an unprivileged user maps only himself
 * @param mayMakeDevices whether device files can be made; where not, the host's are shown instead
 * @param seccomp the container's system call filter, or {@link SeccompFilter#NONE}
 * @param cgroupHierarchies those mounted on the host, for a container that mounts them; else it may be empty
 */
public record HostFacts(String program, List<String> cgroupFiles, boolean limitsDevices, boolean mayMapGroups,
        boolean mayMakeDevices, SeccompFilter seccomp, List<CgroupHierarchy> cgroupHierarchies) {

    /** A privileged host that has prepared nothing. */
    public static final HostFacts PLAIN =
            new HostFacts("", List.of(), false, true, true, SeccompFilter.NONE, List.of());

    public HostFacts {
        cgroupFiles = List.copyOf(cgroupFiles);
        cgroupHierarchies = List.copyOf(cgroupHierarchies);
    }

    /** A host with no mounted control groups that the container would show. */
    public HostFacts(String program, List<String> cgroupFiles, boolean limitsDevices, boolean mayMapGroups,
            boolean mayMakeDevices, SeccompFilter seccomp) {
        this(program, cgroupFiles, limitsDevices, mayMapGroups, mayMakeDevices, seccomp, List.of());
    }
}
