package dev.rustyrun.doctor;

import dev.rustyrun.linux.Errno;
import java.util.List;

/** Whether each container of a service can have its own user namespace; docs/http.md, "User namespaces". */
final class ServiceChecks {

    static final List<Question> ALL =
            List.of(new Question("user namespaces", "containers of serve", ServiceChecks::containers));

    /** The mounts of a container that the kernel may refuse in a user namespace: mount_too_revealing(). */
    private static final String TRY_MOUNTS = "mount -t proc proc /proc && mount -t sysfs sysfs /sys";

    private static final String SHARED = "containers share the host's user namespace: ";
    private static final String NATIVE = "use the native executable";
    private static final String UNMASK = "start the outer container privileged, or with docker run --security-opt "
            + "systempaths=unconfined, podman run --security-opt unmask=ALL";
    private static final String FILE_SYSTEM =
            "put root file systems on ext4, xfs, btrfs or tmpfs (Linux 6.3) and name the folder in RUSTYRUN_ROOTFS_FOLDER";

    private ServiceChecks() {}

    private static Answer containers(Machine machine) {
        if (!Self.on(machine).isRoot()) {
            return Answer.ok("a service that runs as root can have them; this user is not root");
        }
        if (!machine.isNative()) {
            return Answer.warn(SHARED + "a JVM has several threads and cannot make one", NATIVE);
        }
        Trial mounts = machine.inUserNamespace("-m -n -p -f --propagation unchanged", "sh", "-c", TRY_MOUNTS);
        if (mounts instanceof Trial.Refused refused) {
            return Answer.warn(SHARED + refused.words(), advice(refused.words()));
        }
        String folder = machine.rootfsFolder();
        int errno = machine.mapIds(folder);
        if (errno == Errno.EINVAL) {
            return Answer.warn(SHARED + "the file system of " + folder + " cannot map ids", FILE_SYSTEM);
        }
        if (errno != 0 && !(mounts instanceof Trial.NotTried)) {
            return Answer.warn(
                    SHARED + "ids of " + folder + " cannot be mapped, " + Errno.describe(errno),
                    "see the findings on capabilities and the kernel");
        }
        return mounts instanceof Trial.NotTried notTried
                ? Answer.warn("not tried: " + notTried.reason(), "install util-linux to find out")
                : Answer.ok("one per container, with its own host ids (root file systems in " + folder + ")");
    }

    private static String advice(String refusal) {
        if (refusal.contains("not found")) {
            return "install util-linux to find out";
        }
        return refusal.contains("mount:") ? UNMASK : "see the other findings on user namespaces";
    }
}
