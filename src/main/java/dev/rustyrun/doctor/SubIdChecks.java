package dev.rustyrun.doctor;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The subordinate user and group ids of a user, and the programs that map them into a namespace; man 5 subuid. */
final class SubIdChecks {

    static final List<Question> ALL = List.of(
            new Question("sub-ids", "/etc/subuid", machine -> entry(machine, "/etc/subuid", "subuids")),
            new Question("sub-ids", "/etc/subgid", machine -> entry(machine, "/etc/subgid", "subgids")),
            new Question("sub-ids", "newuidmap", machine -> program(machine, "newuidmap")),
            new Question("sub-ids", "newgidmap", machine -> program(machine, "newgidmap")));

    private static final int ENOUGH = 65536;

    private SubIdChecks() {}

    private static Answer entry(Machine machine, String file, String kind) {
        Self self = Self.on(machine);
        if (self.isRoot()) {
            return Answer.ok("not needed as root");
        }
        String name = userName(machine, self.uid()).orElse("#" + self.uid());
        long count = machine.text(file)
                .orElse("")
                .lines()
                .map(line -> line.strip().split(":"))
                .filter(parts -> parts.length == 3 && (parts[0].equals(name) || parts[0].equals("" + self.uid())))
                .mapToLong(parts -> Long.parseLong(parts[2]))
                .sum();
        if (count >= ENOUGH) {
            return Answer.ok(count + " ids for " + name);
        }
        String fact = count == 0
                ? "none for " + name + ": containers have only one user and one group"
                : "only " + count + " ids for " + name + ": users of images with higher ids do not work";
        return Answer.warn(
                fact,
                "as root: usermod --add-" + kind + " 100000-165535 " + name + " (ids that no other line of " + file
                        + " uses)");
    }

    private static Optional<String> userName(Machine machine, int uid) {
        return machine.text("/etc/passwd")
                .orElse("")
                .lines()
                .map(line -> line.split(":"))
                .filter(parts -> parts.length > 2 && parts[2].equals(Integer.toString(uid)))
                .map(parts -> parts[0])
                .findFirst();
    }

    private static Answer program(Machine machine, String name) {
        Optional<String> path = Stream.of("/usr/bin/", "/bin/", "/usr/sbin/", "/usr/local/bin/")
                .map(folder -> folder + name)
                .filter(machine::exists)
                .findFirst();
        Self self = Self.on(machine);
        if (self.isRoot()) {
            return Answer.ok(path.orElse("not installed") + ", not needed as root");
        }
        if (path.isEmpty()) {
            return Answer.warn(
                    "not installed: sub-ids cannot be used", "apt install uidmap, or dnf install shadow-utils");
        }
        if (!machine.raisesRights(path.get())) {
            return Answer.warn(
                    path.get() + " is neither setuid nor has file capabilities: sub-ids cannot be used",
                    "as root: chmod u+s " + path.get());
        }
        return self.noNewPrivileges()
                ? Answer.warn(
                        path.get() + ", but this process has no_new_privs: setuid has no effect",
                        "start rustyrun without it (NoNewPrivileges= of systemd, allowPrivilegeEscalation of Kubernetes)")
                : Answer.ok(path.get());
    }
}
