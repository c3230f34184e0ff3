package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.CgroupException;
import dev.rustyrun.cgroup.CgroupLayout;
import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.Optional;

/** Whether an ordinary user can make cgroups for containers. */
public final class CgroupRights {

    private CgroupRights() {}

    /** Why this user can make none, in one line, which is tried out; nothing for root, and when one can be made. */
    public static Optional<String> obstacle(Linux linux) {
        if (linux.isRoot()) {
            return Optional.empty();
        }
        CgroupLayout layout = CgroupLayout.detect(linux);
        if (layout.kind() == CgroupLayout.Kind.NONE) {
            return Optional.of("no cgroups are mounted");
        }
        Cgroup tried = Cgroup.at(linux, layout, CgroupPath.of("", "try-" + linux.processId()));
        try {
            tried.create();
            tried.remove();
            return Optional.empty();
        } catch (CgroupException | LinuxException e) {
            return Optional.of(e.getMessage());
        }
    }
}
