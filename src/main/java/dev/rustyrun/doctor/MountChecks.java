package dev.rustyrun.doctor;

import dev.rustyrun.linux.KernelVersion;
import java.util.List;
import java.util.Optional;

/** Which file systems can be mounted, and whether pivot_root works. */
final class MountChecks {

    static final List<Question> ALL = List.of(
            new Question("mounts", "overlay", MountChecks::overlay),
            new Question("mounts", "overlay in a user namespace", MountChecks::overlayInUserNamespace),
            new Question("mounts", "root", MountChecks::root),
            new Question("mounts", "proc in a user namespace", MountChecks::proc));

    /** Mounts in a tmpfs that exists only in the new mount namespace, so that nothing remains. */
    private static final String TRY_OVERLAY = "mount -t tmpfs tmpfs /tmp && cd /tmp && mkdir l u w m "
            + "&& mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w m";

    private MountChecks() {}

    private static Answer overlay(Machine machine) {
        if (hasOverlay(machine)) {
            return Answer.ok("available");
        }
        String folder = "/lib/modules/" + machine.line(KernelVersion.RUNNING) + "/kernel/fs/overlayfs";
        return machine.exists(folder)
                ? Answer.warn(
                        "not loaded",
                        "as root: modprobe overlay (to stay: a line overlay in " + "/etc/modules-load.d/overlay.conf)")
                : Answer.warn(
                        "not in this kernel: image layers have to be copied",
                        "boot a kernel with CONFIG_OVERLAY_FS; in a container, modprobe overlay on the host");
    }

    private static boolean hasOverlay(Machine machine) {
        return machine.text("/proc/filesystems").orElse("").lines().anyMatch(line -> line.endsWith("\toverlay"));
    }

    private static Answer overlayInUserNamespace(Machine machine) {
        if (!hasOverlay(machine)) {
            return Answer.warn("no overlay at all", "see overlay above");
        }
        if (!KernelVersion.parse(machine.line(KernelVersion.RUNNING)).atLeast(5, 11)) {
            return Answer.warn("not in this kernel", "boot Linux 5.11 or newer");
        }
        Trial trial = machine.inUserNamespace("-m --propagation unchanged", "sh", "-c", TRY_OVERLAY);
        if (trial instanceof Trial.Refused refused) {
            return Answer.warn(
                    "refused: " + refused.words(),
                    "see the findings on user namespaces; a security module "
                            + "(dmesg) or a directory that cannot be an upper layer may be the cause");
        }
        if (trial instanceof Trial.NotTried notTried) {
            return Answer.warn("this kernel can; not tried: " + notTried.reason(), "install util-linux to find out");
        }
        return Answer.ok("can be mounted");
    }

    private static Answer root(Machine machine) {
        // The last mount on / hides the others.
        Optional<MountEntry> root = MountEntry.on(machine).stream()
                .filter(entry -> entry.point().equals("/"))
                .reduce((below, above) -> above);
        if (root.isEmpty()) {
            return Answer.fail(
                    "/ is not a mount point: this is a chroot",
                    "bind-mount it onto itself first: mount --rbind DIR DIR, then chroot DIR");
        }
        String type = root.get().type();
        if (type.equals("rootfs") || type.equals("ramfs")) {
            return Answer.warn(
                    "the kernel's initramfs (" + type + "), from which pivot_root is impossible: "
                            + "containers get a chroot",
                    "put the system on a tmpfs or a disk and switch_root to it");
        }
        return Answer.ok(type + ", " + (root.get().shared() ? "shared: made private in each container" : "private"));
    }

    /**
     * The kernel allows a new proc mount in a user namespace only if no part of the old one is covered:
     * mount_too_revealing().
     */
    private static Answer proc(Machine machine) {
        List<String> covered = MountEntry.on(machine).stream()
                .filter(entry -> entry.isBelow("/proc"))
                .map(MountEntry::point)
                .filter(point -> !point.equals("/proc/sys/fs/binfmt_misc"))
                .toList();
        if (covered.isEmpty()) {
            return Answer.ok("can be mounted: no part of /proc is covered");
        }
        String fact = "impossible: covered mount points: " + String.join(" ", covered);
        String advice = "start the outer container with docker run --security-opt systempaths=unconfined, podman run "
                + "--security-opt unmask=ALL, in Kubernetes procMount: Unmasked";
        boolean inOne = !machine.line("/proc/self/uid_map").matches("(0\\s+0\\s+4294967295)?");
        return inOne ? Answer.fail(fact, advice) : Self.on(machine).withoutRoot(fact, advice);
    }
}
