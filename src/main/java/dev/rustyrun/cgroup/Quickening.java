package dev.rustyrun.cgroup;

import dev.rustyrun.linux.LinuxException;
import java.util.Optional;

/** Takes a wait in the kernel upon this process; see {@link Cgroup#quicken}. */
final class Quickening {

    private Quickening() {
    }

    static void perform(ControlFiles files, CgroupLayout layout) {
        String controller = switch (layout.kind()) {
            case V2 -> "";
            case V1, HYBRID -> layout.v1("pids").isPresent() ? "pids" : "memory";
            case NONE -> "none";
        };
        Optional<String> own = layout.ownDirectory(controller);
        if (own.isPresent()) {
            try {
                files.write(own.get() + "/cgroup.procs", "0");
            } catch (LinuxException slowerThen) {
                // Nothing is lost but time.
            }
        }
    }
}
