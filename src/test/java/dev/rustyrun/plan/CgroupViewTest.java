package dev.rustyrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.step.SeccompFilter;
import dev.rustyrun.step.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The plan for a mount of type cgroup on hosts with cgroup v1, v2 or both. */
class CgroupViewTest {

    private static final CgroupHierarchy UNIFIED = new CgroupHierarchy("/sys/fs/cgroup", "cgroup2", "");
    private static final List<CgroupHierarchy> HYBRID = List.of(
            new CgroupHierarchy("/sys/fs/cgroup/cpu,cpuacct", "cgroup", "cpu,cpuacct"),
            new CgroupHierarchy("/sys/fs/cgroup/systemd", "cgroup", "none,name=systemd"),
            new CgroupHierarchy("/sys/fs/cgroup/unified", "cgroup2", ""));

    private static List<String> steps(List<CgroupHierarchy> host, boolean namespaced, String... cgroupFiles) {
        return steps(List.of("nosuid", "ro"), host, namespaced, cgroupFiles);
    }

    private static List<String> steps(
            List<String> options, List<CgroupHierarchy> host, boolean namespaced, String... cgroupFiles) {
        SpecBuilder builder = new SpecBuilder("/rootfs", List.of("/bin/true"))
                .mount(new Spec.Mount("/cg", "cgroup", "cgroup", options));
        Spec spec = (namespaced ? builder : builder.share(NamespaceType.CGROUP)).build();
        HostFacts facts = new HostFacts(
                "", HostFacts.Cleanup.NONE, List.of(cgroupFiles), false, true, true, SeccompFilter.NONE, host);
        return PlanCompiler.compile(spec, facts).init().stream()
                .map(Step::describe)
                .filter(step -> step.contains("/cg"))
                .toList();
    }

    @Test
    void with_version_2_alone_it_is_that_file_system() {
        assertEquals(List.of("mount cgroup2 on /cg (ro,nosuid)"), steps(List.of(UNIFIED), true));
        assertEquals(List.of("mount cgroup2 on /cg (ro,nosuid)"), steps(List.of(), true), "also where none is mounted");
    }

    @Test
    void with_version_1_it_is_a_read_only_tmpfs_with_a_directory_for_each_hierarchy() {
        assertEquals(
                List.of(
                        "mount tmpfs on /cg (nosuid,mode=755)",
                        "mount cgroup on /cg/cpu,cpuacct (ro,nosuid,cpu,cpuacct)",
                        "make link /cg/cpu -> cpu,cpuacct",
                        "make link /cg/cpuacct -> cpu,cpuacct",
                        "mount cgroup on /cg/systemd (ro,nosuid,none,name=systemd)",
                        "mount cgroup2 on /cg/unified (ro,nosuid)",
                        "remount /cg (ro,nosuid,remount,bind)"),
                steps(HYBRID, true));
    }

    @Test
    void without_a_namespace_only_the_containers_own_directories_are_shown() {
        assertEquals(
                List.of(
                        "mount tmpfs on /cg (nosuid,mode=755)",
                        "bind mount /sys/fs/cgroup/systemd/c1 on /cg/systemd (bind,ro,nosuid)",
                        "remount /cg (ro,nosuid,remount,bind)"),
                steps(HYBRID, false, "/sys/fs/cgroup/systemd/c1/cgroup.procs").stream()
                        .filter(step -> !step.startsWith("open"))
                        .toList());
        assertEquals(
                List.of("bind mount /sys/fs/cgroup/a/b on /cg (bind,ro,nosuid)"),
                steps(List.of(UNIFIED), false, "/sys/fs/cgroup/a/b/cgroup.procs"));
        assertEquals(List.of("bind mount /sys/fs/cgroup on /cg (bind,ro,nosuid)"), steps(List.of(UNIFIED), false));
    }

    @Test
    void only_hierarchies_in_which_the_container_has_a_cgroup_of_its_own_are_ever_writable() {
        assertEquals(
                List.of(
                        "mount tmpfs on /cg (mode=755)",
                        "mount cgroup on /cg/cpu,cpuacct (cpu,cpuacct)",
                        "make link /cg/cpu -> cpu,cpuacct",
                        "make link /cg/cpuacct -> cpu,cpuacct",
                        "mount cgroup on /cg/systemd (ro,none,name=systemd)",
                        "mount cgroup2 on /cg/unified (ro)"),
                steps(List.of(), HYBRID, true, "/sys/fs/cgroup/cpu,cpuacct/c1/tasks").stream()
                        .filter(step -> !step.startsWith("open"))
                        .toList());
        assertEquals(List.of("mount cgroup2 on /cg (ro)"), steps(List.of("rw"), List.of(UNIFIED), true));
        assertEquals(
                List.of("bind mount /sys/fs/cgroup on /cg (bind,ro)"), steps(List.of("rw"), List.of(UNIFIED), false));
    }
}
