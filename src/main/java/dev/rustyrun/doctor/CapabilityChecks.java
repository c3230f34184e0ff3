package dev.rustyrun.doctor;

import java.util.List;
import java.util.stream.Stream;

/** The capabilities of this process that containers need, and what fails without each; man 7 capabilities. */
final class CapabilityChecks {

    static final List<Question> ALL = Stream.of(Wanted.values())
            .map(wanted -> new Question("capabilities", wanted.name(), machine -> check(machine, wanted)))
            .toList();

    private static final String PRIVILEGED = "in a container: docker run --cap-add ";

    private CapabilityChecks() {}

    /** Number, effect of its absence, and whether a new user namespace grants it anyway. */
    private enum Wanted {
        CAP_SYS_ADMIN(21, "no namespaces and no mounts: containers cannot be made", true),
        CAP_SYS_CHROOT(18, "no new root where pivot_root is impossible", true),
        CAP_SETUID(7, "commands only run as the user that rustyrun runs as", true),
        CAP_SETGID(6, "commands only run with the groups that rustyrun has", true),
        CAP_SETPCAP(8, "capabilities cannot be taken from a container's bounding set", true),
        CAP_DAC_OVERRIDE(1, "a rootfs that belongs to other users cannot be used", true),
        CAP_SETFCAP(31, "root cannot be mapped into a user namespace (Linux 5.12 and newer)", true),
        CAP_NET_ADMIN(12, "no bridges and addresses on the host, only --net none and host", false),
        CAP_MKNOD(27, "devices cannot be made, only shown from the host's /dev", false),
        CAP_SYS_RESOURCE(24, "a negative oomScoreAdj and raised hard limits (rlimits) fail", false);

        private final int number;
        private final String absence;
        private final boolean inUserNamespace;

        Wanted(int number, String absence, boolean inUserNamespace) {
            this.number = number;
            this.absence = absence;
            this.inUserNamespace = inUserNamespace;
        }
    }

    private static Answer check(Machine machine, Wanted wanted) {
        Self self = Self.on(machine);
        if (self.has(wanted.number)) {
            return Answer.ok("held");
        }
        if (!self.isRoot()) {
            return wanted.inUserNamespace
                    ? Answer.ok("not held; a user namespace has its own")
                    : Answer.warn("not held: " + wanted.absence, "run as root where you need that");
        }
        String fact = "missing: " + wanted.absence;
        String advice = PRIVILEGED + wanted.name().substring("CAP_".length()) + " or --privileged; as a service: "
                + "CapabilityBoundingSet= of systemd";
        return wanted == Wanted.CAP_SYS_ADMIN ? Answer.fail(fact, advice) : Answer.warn(fact, advice);
    }
}
