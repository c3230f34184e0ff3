package dev.rustyrun.doctor;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Errno;
import java.util.List;
import java.util.stream.Stream;

/** Checks every namespace type except user by creating one: root in a thread, other users inside a user namespace. */
final class NamespaceChecks {

    static final List<Question> ALL = Stream.of(Kind.values())
            .map(kind -> new Question("namespaces", kind.name(), machine -> check(machine, kind)))
            .toList();

    private static final int CAP_SYS_ADMIN = 21;
    private static final String PRIVILEGED = "docker run --privileged, in Kubernetes securityContext.privileged: true";

    private NamespaceChecks() {}

    /** A namespace type: its file in /proc/self/ns, its flag, its option of unshare(1). */
    private enum Kind {
        mnt(CloneFlag.CLONE_NEWNS.value(), "-m --propagation unchanged"),
        uts(CloneFlag.CLONE_NEWUTS.value(), "-u"),
        ipc(CloneFlag.CLONE_NEWIPC.value(), "-i"),
        pid(CloneFlag.CLONE_NEWPID.value(), "-p"),
        net(CloneFlag.CLONE_NEWNET.value(), "-n"),
        cgroup(CloneFlag.CLONE_NEWCGROUP.value(), "-C"),
        // CLONE_NEWTIME of linux/sched.h. Only a warning, because containers use it only on request.
        time(0x80, "-T");

        private final int flag;
        private final String option;

        Kind(int flag, String option) {
            this.flag = flag;
            this.option = option;
        }

        String limit() {
            return "user.max_" + name() + "_namespaces";
        }

        Answer bad(String fact, String advice) {
            return this == time ? Answer.warn(fact, advice) : Answer.fail(fact, advice);
        }
    }

    private static Answer check(Machine machine, Kind kind) {
        if (!machine.exists("/proc/self/ns/" + kind.name())) {
            return kind.bad(
                    "not in this kernel",
                    kind == Kind.time
                            ? "boot Linux 5.6 or newer, with CONFIG_TIME_NS"
                            : "boot a kernel with CONFIG_"
                                    + (kind == Kind.mnt
                                            ? "NAMESPACES"
                                            : kind.name().toUpperCase(java.util.Locale.ROOT)
                                                    + (kind == Kind.cgroup ? "S" : "_NS")));
        }
        if (Sysctl.is(machine, kind.limit(), "0")) {
            return kind.bad("forbidden, " + kind.limit() + " is 0", Sysctl.set(kind.limit(), "10000"));
        }
        Self self = Self.on(machine);
        return self.isRoot()
                ? asRoot(self, kind, machine.unshare(kind.flag))
                : inUserNamespace(kind, machine.inUserNamespace(kind.option, "true"));
    }

    private static Answer asRoot(Self self, Kind kind, int errno) {
        return switch (errno) {
            case 0 -> Answer.ok("can be made");
            case Errno.EPERM ->
                kind.bad(
                        "refused, " + Errno.describe(errno),
                        (self.has(CAP_SYS_ADMIN)
                                        ? "a seccomp filter or security module of an outer container denies it: "
                                        : "CAP_SYS_ADMIN is missing: ")
                                + PRIVILEGED);
            case Errno.ENOSPC ->
                kind.bad(
                        "refused, " + Errno.describe(errno),
                        "too many exist, or they are nested too deeply: raise the limit, sysctl " + kind.limit());
            default -> kind.bad("refused, " + Errno.describe(errno), "see man 2 unshare");
        };
    }

    private static Answer inUserNamespace(Kind kind, Trial trial) {
        if (trial instanceof Trial.Refused refused) {
            // An old or a minimal unshare(1) does not know the option.
            return refused.words().contains("option")
                    ? Answer.warn("not tried: " + refused.words(), "install util-linux 2.36 or newer to find out")
                    : kind.bad(
                            "refused in a user namespace: " + refused.words(), "see the findings on user namespaces");
        }
        if (trial instanceof Trial.NotTried notTried) {
            return Answer.warn(
                    "supported by this kernel, but not tried: " + notTried.reason(), "install util-linux to find out");
        }
        return Answer.ok("can be made in a user namespace");
    }
}
