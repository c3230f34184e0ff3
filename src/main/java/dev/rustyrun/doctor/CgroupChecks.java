package dev.rustyrun.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which cgroup hierarchies are mounted, which controllers they have, and whether this user can create a cgroup; man 7
 * cgroups.
 */
final class CgroupChecks {

    static final List<Question> ALL = List.of(
            new Question("cgroup", "version", CgroupChecks::version),
            new Question("cgroup", "controllers", CgroupChecks::controllers),
            new Question("cgroup", "delegation", CgroupChecks::delegation),
            new Question("cgroup", "systemd", CgroupChecks::systemd));

    private static final List<String> WANTED = List.of("cpu", "cpuset", "io", "memory", "pids");
    private static final String PURE_V2 = "boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line";

    private CgroupChecks() {}

    /** Where cgroups are mounted: the v2 mount, and all v1 mounts. */
    private record Layout(Optional<MountEntry> v2, List<MountEntry> v1) {

        static Layout on(Machine machine) {
            List<MountEntry> all = MountEntry.on(machine);
            return new Layout(
                    all.stream().filter(entry -> entry.type().equals("cgroup2")).findFirst(),
                    all.stream().filter(entry -> entry.type().equals("cgroup")).toList());
        }

        boolean pure() {
            return v2.isPresent() && v1.isEmpty();
        }
    }

    private static Answer version(Machine machine) {
        Layout layout = Layout.on(machine);
        if (layout.pure()) {
            return Answer.ok("v2 on " + layout.v2().get().point());
        }
        if (layout.v1().isEmpty()) {
            return Answer.warn(
                    "none mounted: no limits and no statistics", "as root: mount -t cgroup2 cgroup2 /sys/fs/cgroup");
        }
        String where = layout.v1().get(0).point().replaceFirst("/[^/]*$", "");
        return Answer.ok(layout.v2()
                .map(v2 -> "hybrid, v1 controllers in " + where + ", v2 on " + v2.point())
                .orElse("v1 in " + where));
    }

    private static Answer controllers(Machine machine) {
        List<String> there = new ArrayList<>();
        Layout layout = Layout.on(machine);
        layout.v2().ifPresent(v2 -> there.addAll(words(machine.line(v2.point() + "/cgroup.controllers"))));
        layout.v1().forEach(v1 -> there.addAll(v1.superOptions()));
        // The v1 controller blkio is called io in v2.
        if (there.contains("blkio")) {
            there.add("io");
        }
        List<String> missing =
                WANTED.stream().filter(name -> !there.contains(name)).toList();
        String fact = String.join(" ", WANTED.stream().filter(there::contains).toList());
        if (missing.isEmpty()) {
            return Answer.ok(fact);
        }
        return Answer.warn(
                (fact.isEmpty() ? "none" : "only " + fact) + ": no limits of " + String.join(", ", missing),
                missing.contains("memory") && !fact.isEmpty()
                        ? "boot with cgroup_enable=memory on the kernel's command line"
                        : "boot a kernel that has them; in a container, mount the host's /sys/fs/cgroup");
    }

    private static Answer delegation(Machine machine) {
        Layout layout = Layout.on(machine);
        boolean root = Self.on(machine).isRoot();
        Optional<MountEntry> mount = layout.v1().isEmpty()
                ? layout.v2()
                : Stream.concat(
                                layout.v1().stream()
                                        .filter(v1 -> v1.superOptions().contains("pids")),
                                layout.v1().stream())
                        .findFirst();
        if (mount.isEmpty()) {
            return Answer.warn("no cgroup can be made", "see version above");
        }
        String folder = layout.pure() ? own(machine, mount.get()) : mount.get().point();
        if (mount.get().options().contains("ro") || root && !machine.mayWrite(folder)) {
            return Answer.warn(
                    folder + " is read-only: no limits",
                    "in a container: docker run --privileged with "
                            + "--cgroupns=private, or a writable mount of /sys/fs/cgroup");
        }
        if (root) {
            return Answer.ok("may make cgroups in " + folder);
        }
        if (!layout.pure()) {
            return Answer.warn("cgroup v1 is root's alone: no limits", PURE_V2);
        }
        if (!machine.mayWrite(folder) || !machine.mayWrite(folder + "/cgroup.procs")) {
            return Answer.warn(
                    folder + " is not this user's: no limits",
                    "start it as systemd-run --user --scope -p Delegate=yes rustyrun …");
        }
        List<String> given = words(machine.line(folder + "/cgroup.controllers"));
        List<String> missing =
                WANTED.stream().filter(name -> !given.contains(name)).toList();
        return missing.isEmpty()
                ? Answer.ok(folder + " is this user's, with all controllers")
                : Answer.warn(
                        folder + " is this user's, without " + String.join(", ", missing),
                        "as root, in /etc/systemd/system/user@.service.d/delegate.conf: [Service] "
                                + "Delegate=cpu cpuset io memory pids; then systemctl daemon-reload and log in again");
    }

    /** Whether systemd can create cgroups, which --systemd-cgroup needs; man 3 sd_booted. */
    private static Answer systemd(Machine machine) {
        if (!machine.exists("/run/systemd/system")) {
            return Answer.ok("does not run here: engines are to use their cgroupfs driver");
        }
        Self self = Self.on(machine);
        if (!self.isRoot() && !Layout.on(machine).pure()) {
            return Answer.warn(
                    "makes no cgroups with limits for this user, as there is cgroup v1: --systemd-cgroup fails",
                    PURE_V2);
        }
        List<String> sockets = self.isRoot()
                ? List.of("/run/systemd/private", "/run/dbus/system_bus_socket")
                : List.of("/run/user/" + self.uid() + "/bus", "/run/user/" + self.uid() + "/systemd/private");
        Optional<String> found = sockets.stream().filter(machine::exists).findFirst();
        if (found.isPresent()) {
            return Answer.ok("makes cgroups with --systemd-cgroup, by way of " + found.get());
        }
        return Answer.warn(
                "runs here but cannot be reached (" + String.join(", ", sockets) + "): --systemd-cgroup fails",
                self.isRoot()
                        ? "in a container, mount the host's /run/systemd or /run/dbus"
                        : "log in, or as root: loginctl enable-linger");
    }

    /** This process's own cgroup, below the v2 mount point. */
    private static String own(Machine machine, MountEntry v2) {
        String path = machine.text("/proc/self/cgroup")
                .orElse("")
                .lines()
                .filter(line -> line.startsWith("0::"))
                .map(line -> line.substring(3))
                .findFirst()
                .orElse("/");
        String folder = path.equals("/") ? v2.point() : v2.point() + path;
        return machine.exists(folder) ? folder : v2.point();
    }

    private static List<String> words(String line) {
        return List.of(line.split("\\s+"));
    }
}
