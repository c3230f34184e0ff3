package dev.rustyrun.plan;

import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.MountOptions;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.step.FileSystemStep;
import dev.rustyrun.step.MountStep;
import dev.rustyrun.step.NodeStep;
import dev.rustyrun.step.Step;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The steps for a mount of type {@code cgroup}. On a host with pure cgroup v2 it is that file system. With v1, alone or
 * in a hybrid layout, it is a tmpfs with a directory for each hierarchy, and links for controllers that share one. The
 * container sees its own cgroup as the root of each hierarchy: either because of its cgroup namespace, or because only
 * that directory is bind-mounted.
 */
final class CgroupView {

    private final Spec.Mount mount;
    private final MountOptions options;
    private final HostFacts host;
    private final boolean namespaced;
    private final boolean filledLater;
    private final ToIntFunction<String> sources;

    /**
     * @param filledLater whether other mounts are made in it afterwards
     * @param sources adds the host step that opens a source which {@code init} cannot reach, and returns its number
     */
    CgroupView(Spec spec, Spec.Mount mount, HostFacts host, boolean filledLater, ToIntFunction<String> sources) {
        this.sources = sources;
        this.filledLater = filledLater;
        this.mount = mount;
        this.options = MountOptions.parse(mount.options());
        this.host = host;
        this.namespaced = spec.linux().has(NamespaceType.CGROUP);
    }

    /** Adds the steps; returns whether the mount point itself must be made read-only later. */
    boolean addTo(List<Step> steps) {
        List<CgroupHierarchy> hierarchies = host.cgroupHierarchies();
        if (hierarchies.isEmpty()) {
            steps.add(fileSystem("cgroup2", mount.destination(), options.flags(), ""));
        } else if (hierarchies.size() == 1 && hierarchies.get(0).isUnified()) {
            steps.add(show(
                    hierarchies.get(0), mount.destination(), hierarchies.get(0).mountPoint()));
        } else {
            return directories(steps, hierarchies);
        }
        return false;
    }

    private boolean directories(List<Step> steps, List<CgroupHierarchy> hierarchies) {
        long writable = options.flags() & ~MountOptions.READ_ONLY;
        steps.add(fileSystem("tmpfs", mount.destination(), writable, "mode=755"));
        for (CgroupHierarchy hierarchy : hierarchies) {
            String own = ownCgroup(hierarchy);
            if (!namespaced && own.isEmpty()) {
                continue;
            }
            steps.add(show(hierarchy, mount.destination() + "/" + hierarchy.name(), own));
            if (hierarchy.name().contains(",")) {
                for (String controller : hierarchy.name().split(",")) {
                    steps.add(new NodeStep.MakeLink(mount.destination() + "/" + controller, hierarchy.name()));
                }
            }
        }
        boolean readOnly = writable != options.flags();
        if (readOnly && !filledLater) {
            steps.add(fileSystem("", mount.destination(), options.flags() | MountOptions.CHANGE, ""));
        }
        return readOnly && filledLater;
    }

    /**
     * Mounts one hierarchy at {@code target}. A hierarchy in which the container has no cgroup of its own belongs to
     * its caller and is read-only: a process that can write v1's release_agent runs programs on the host
     * (CVE-2022-0492). Without a cgroup namespace, {@code directory} is bind-mounted instead.
     */
    private Step show(CgroupHierarchy hierarchy, String target, String directory) {
        String own = ownCgroup(hierarchy);
        long flags = options.flags() | (own.isEmpty() ? MountOptions.READ_ONLY : 0);
        if (namespaced) {
            return fileSystem(hierarchy.fileSystem(), target, flags, hierarchy.data());
        }
        return new MountStep.BindMount(
                own.isEmpty() ? directory : own,
                target,
                false,
                MountOptions.attributes(flags),
                options.attributesToClear(flags),
                0,
                0,
                options.propagation(),
                sources.applyAsInt(own.isEmpty() ? directory : own));
    }

    /** The host path of the container's own cgroup in this hierarchy; empty when there is none. */
    private String ownCgroup(CgroupHierarchy hierarchy) {
        for (String file : host.cgroupFiles()) {
            if (file.startsWith(hierarchy.mountPoint() + "/")) {
                return file.substring(0, file.lastIndexOf('/'));
            }
        }
        return "";
    }

    private Step fileSystem(String type, String target, long flags, String data) {
        return new FileSystemStep.MountFileSystem(
                type,
                type.isEmpty() ? "" : "cgroup",
                target,
                flags,
                data,
                type.isEmpty() ? 0 : options.propagation(),
                false,
                false);
    }
}
