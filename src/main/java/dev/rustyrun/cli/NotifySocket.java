package dev.rustyrun.cli;

import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.List;

/** Passes the readiness socket of a service manager on to a container; man 3 sd_notify. */
final class NotifySocket {

    private static final String VARIABLE = "NOTIFY_SOCKET";
    private static final String INSIDE = "/run/notify/notify.sock";

    private NotifySocket() {}

    /** Adds the socket of this process's environment to {@code spec}, if it is set to a path. */
    static Spec passOn(Spec spec) {
        String socket = System.getenv(VARIABLE);
        boolean shown = spec.hasProcess() && spec.linux().has(NamespaceType.MOUNT);
        if (socket == null || !socket.startsWith("/") || !shown) {
            return spec;
        }
        List<Spec.Mount> mounts = new ArrayList<>(spec.mounts());
        mounts.add(new Spec.Mount(INSIDE, "bind", socket, List.of("bind")));
        List<String> env = new ArrayList<>(spec.process().env());
        env.removeIf(variable -> variable.startsWith(VARIABLE + "="));
        env.add(VARIABLE + "=" + INSIDE);
        return spec.withMounts(mounts).withProcess(spec.process().withEnv(env));
    }
}
