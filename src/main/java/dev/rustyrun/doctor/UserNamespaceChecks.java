package dev.rustyrun.doctor;

import java.util.List;

/** Whether a user namespace can be created, and each known setting that forbids it; man 7 user_namespaces. */
final class UserNamespaceChecks {

    static final List<Question> ALL = List.of(
            new Question("user namespaces", "user.max_user_namespaces", UserNamespaceChecks::limit),
            new Question("user namespaces", "kernel.unprivileged_userns_clone", UserNamespaceChecks::debian),
            new Question("user namespaces", "AppArmor", UserNamespaceChecks::appArmor),
            new Question("user namespaces", "chroot", UserNamespaceChecks::chroot),
            new Question("user namespaces", "outer seccomp filter", UserNamespaceChecks::outerSeccomp),
            new Question("user namespaces", "user", UserNamespaceChecks::tried));

    private static final String LIMIT = "user.max_user_namespaces";
    private static final String DEBIAN = "kernel.unprivileged_userns_clone";
    private static final String APPARMOR = "kernel.apparmor_restrict_unprivileged_userns";

    private UserNamespaceChecks() {}

    private static Answer limit(Machine machine) {
        String value = Sysctl.value(machine, LIMIT);
        return value.equals("0")
                ? Self.on(machine).withoutRoot("0, none can be created", Sysctl.set(LIMIT, "10000"))
                : Answer.ok(value.isEmpty() ? "unknown" : value);
    }

    /** A Debian setting; it restricts only users without CAP_SYS_ADMIN. */
    private static Answer debian(Machine machine) {
        String value = Sysctl.value(machine, DEBIAN);
        return value.equals("0")
                ? Self.on(machine).withoutRoot("0, only root can create them", Sysctl.set(DEBIAN, "1"))
                : Answer.ok(value.isEmpty() ? "not in this kernel (a Debian patch)" : value);
    }

    /** With Ubuntu's restriction an unconfined process can create a user namespace, but has no capabilities in it. */
    private static Answer appArmor(Machine machine) {
        if (!Sysctl.is(machine, APPARMOR, "1")) {
            return Answer.ok("no restriction");
        }
        String profile = machine.line("/proc/self/attr/current");
        if (!profile.isEmpty() && !profile.equals("unconfined")) {
            return Answer.ok(APPARMOR + " is 1, but this process has a profile, " + profile);
        }
        return Self.on(machine)
                .withoutRoot(
                        APPARMOR + " is 1: only programs with an AppArmor profile can create them",
                        "write a profile with a line \"userns,\" for rustyrun in /etc/apparmor.d and load it with "
                                + "apparmor_parser -r; or for every program, " + Sysctl.set(APPARMOR, "0"));
    }

    private static Answer chroot(Machine machine) {
        return MountEntry.on(machine).stream().anyMatch(entry -> entry.point().equals("/"))
                ? Answer.ok("none")
                : Self.on(machine)
                        .withoutRoot(
                                "this is a chroot, in which the kernel forbids them",
                                "start rustyrun outside it, or enter it with pivot_root instead");
    }

    private static Answer outerSeccomp(Machine machine) {
        if (Self.on(machine).seccompMode() != 2) {
            return Answer.ok("none");
        }
        return machine.inUserNamespace("-m --propagation unchanged", "true") instanceof Trial.Done
                ? Answer.ok("active, but allows them")
                : Answer.warn(
                        "active, such as the default of docker and Kubernetes, which often denies them",
                        "start the outer container with --security-opt seccomp=unconfined, or in Kubernetes "
                                + "securityContext.seccompProfile.type: Unconfined");
    }

    /** Also creates a mount namespace: AppArmor may allow the user namespace but no privileges in it. */
    private static Answer tried(Machine machine) {
        if (!machine.exists("/proc/self/ns/user")) {
            return Self.on(machine).withoutRoot("not in this kernel", "boot a kernel with CONFIG_USER_NS");
        }
        Trial trial = machine.inUserNamespace("-m --propagation unchanged", "true");
        if (trial instanceof Trial.NotTried notTried) {
            return forbiddenBySetting(machine)
                    ? Self.on(machine).withoutRoot("forbidden by a setting", "see the findings above")
                    : Answer.warn(
                            "no setting forbids them; not tried: " + notTried.reason(),
                            "install util-linux to find out");
        }
        if (trial instanceof Trial.Refused refused) {
            return Self.on(machine)
                    .withoutRoot(
                            "refused: " + refused.words(),
                            "see the findings above; if none "
                                    + "explains it, the cause is a chroot, or a seccomp filter or security module of an outer container");
        }
        return Answer.ok("can be made");
    }

    private static boolean forbiddenBySetting(Machine machine) {
        return limit(machine).level() != Level.OK
                || debian(machine).level() != Level.OK
                || appArmor(machine).level() != Level.OK
                || chroot(machine).level() != Level.OK;
    }
}
