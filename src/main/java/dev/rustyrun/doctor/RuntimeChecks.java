package dev.rustyrun.doctor;

import java.util.List;

/** Rustyrun's executable, and what terminals and temporary files need from the host. */
final class RuntimeChecks {

    static final List<Question> ALL = List.of(
            new Question("runtime", "rustyrun", RuntimeChecks::rustyrun),
            new Question("runtime", "terminals", RuntimeChecks::terminals),
            new Question("runtime", "temporary files", RuntimeChecks::temporary));

    private RuntimeChecks() {}

    /** A JVM always has several threads, and unshare(CLONE_NEWUSER) fails in a process with several threads. */
    private static Answer rustyrun(Machine machine) {
        return machine.isNative()
                ? Answer.ok("the native executable")
                : Self.on(machine)
                        .withoutRoot(
                                "on a JVM, which cannot enter a user namespace: it has several threads",
                                "containers without root need the native executable (docs/native.md)");
    }

    private static Answer terminals(Machine machine) {
        if (!machine.exists("/dev/ptmx") && !machine.exists("/dev/pts/ptmx")) {
            return Answer.warn(
                    "no /dev/ptmx: --tty fails",
                    "as root: mount -t devpts devpts /dev/pts -o ptmxmode=666, and ln -s pts/ptmx /dev/ptmx");
        }
        return MountEntry.on(machine).stream().anyMatch(entry -> entry.type().equals("devpts"))
                ? Answer.ok("devpts is mounted")
                : Answer.warn("no devpts is mounted: --tty fails", "as root: mount -t devpts devpts /dev/pts");
    }

    private static Answer temporary(Machine machine) {
        String folder = machine.temporaryFolder();
        return machine.exists(folder) && machine.mayWrite(folder)
                ? Answer.ok(folder + " is writable")
                : Answer.warn(folder + " is not writable", "as root: mkdir -p " + folder + " && chmod 1777 " + folder);
    }
}
