package dev.rustyrun.doctor;

import java.util.ArrayList;
import java.util.List;

/** Seccomp, libseccomp, which compiles the profiles, and the security modules. */
final class SecurityChecks {

    static final List<Question> ALL = List.of(
            new Question("seccomp", "kernel", SecurityChecks::seccomp),
            new Question("seccomp", "libseccomp", SecurityChecks::libseccomp),
            new Question("security", "modules", SecurityChecks::modules));

    /** SECCOMP_RET_… of linux/seccomp.h. */
    private enum Action {
        ALLOW(0x7fff0000),
        ERRNO(0x00050000),
        KILL_PROCESS(0x80000000),
        LOG(0x7ffc0000),
        NOTIFY(0x7fc00000),
        TRACE(0x7ff00000),
        TRAP(0x00030000);

        private final int value;

        Action(int value) {
            this.value = value;
        }
    }

    private SecurityChecks() {}

    private static Answer seccomp(Machine machine) {
        List<String> missing = new ArrayList<>();
        for (Action action : Action.values()) {
            if (!machine.hasSeccompAction(action.value)) {
                missing.add(action.name());
            }
        }
        if (missing.isEmpty()) {
            return Answer.ok("filters, with all actions");
        }
        if (missing.contains(Action.ALLOW.name())) {
            return Answer.warn(
                    Self.on(machine).seccompMode() < 0
                            ? "not in this kernel: containers run without filters"
                            : "no filters: containers run without filters",
                    "boot a kernel with CONFIG_SECCOMP_FILTER");
        }
        return Answer.warn(
                "filters, without the actions " + String.join(", ", missing),
                "boot Linux 5.0 or newer for profiles that use them");
    }

    private static Answer libseccomp(Machine machine) {
        return machine.libseccomp()
                .map(version -> Answer.ok(version))
                .orElseGet(() -> Answer.warn(
                        "libseccomp.so.2 not found",
                        "apt install libseccomp2, dnf install libseccomp, apk add libseccomp"));
    }

    private static Answer modules(Machine machine) {
        String modules = machine.line("/sys/kernel/security/lsm");
        String enforcing = machine.line("/sys/fs/selinux/enforce").equals("1") ? "; SELinux enforces" : "";
        return Answer.ok(
                (modules.isEmpty() ? "unknown: no securityfs on /sys/kernel/security" : modules.replace(",", " "))
                        + enforcing);
    }
}
