package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.IdMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Writes the id maps of another process's new user namespace, or checks those of one that it has joined; man 7
 * user_namespaces. Root may write any map. An ordinary user may map only their own id, and needs newuidmap(1) and
 * newgidmap(1) for the ids granted in {@code /etc/subuid}.
 */
public final class IdMapWriter {

    private static final String FOLDER = "/usr/bin/";

    private static final int MAX_OUTPUT = 4096;

    private final Linux linux;

    public IdMapWriter(Linux linux) {
        this.linux = linux;
    }

    /** Maps the ids of process {@code pid}; throws if that fails. */
    public void write(int pid, IdMaps maps) {
        if (!maps.allowSetgroups()) {
            linux.writeFile("/proc/" + pid + "/setgroups", "deny");
        }
        write(pid, "uid_map", "newuidmap", maps.uids());
        write(pid, "gid_map", "newgidmap", maps.gids());
    }

    /**
     * Checks the id maps of process {@code pid}, which has joined a user namespace.
     *
     * @param wanted the expected maps; empty for any
     */
    IdMaps check(int pid, IdMaps wanted) {
        return new IdMaps(
                check(pid, "uid_map", wanted.uids()),
                check(pid, "gid_map", wanted.gids()),
                wanted.allowSetgroups(),
                true);
    }

    private List<IdMapping> check(int pid, String file, List<IdMapping> wanted) {
        List<IdMapping> found = IdMapping.ofProcFile(linux.readFile("/proc/" + pid + "/" + file));
        if (!wanted.isEmpty() && !Set.copyOf(found).equals(Set.copyOf(wanted))) {
            throw new StepFailure("its " + file + " is " + found + ", but " + wanted
                    + " is asked for (CONTAINER:HOST:SIZE): leave the mappings out, or give the same");
        }
        return found;
    }

    private void write(int pid, String file, String helper, List<IdMapping> mappings) {
        if (linux.isRoot() || mappings.size() == 1 && mappings.get(0).size() == 1) {
            StringBuilder lines = new StringBuilder();
            for (IdMapping mapping : mappings) {
                lines.append(mapping.containerId())
                        .append(' ')
                        .append(mapping.hostId())
                        .append(' ')
                        .append(mapping.size())
                        .append('\n');
            }
            linux.writeFile("/proc/" + pid + "/" + file, lines.toString());
        } else {
            List<String> argv = new ArrayList<>(List.of(helper, Integer.toString(pid)));
            for (IdMapping mapping : mappings) {
                argv.add(Long.toString(mapping.containerId()));
                argv.add(Long.toString(mapping.hostId()));
                argv.add(Long.toString(mapping.size()));
            }
            run(helper, argv);
        }
    }

    private void run(String helper, List<String> argv) {
        int[] pipe = linux.pipe();
        int process;
        try {
            process = linux.spawnCommand(FOLDER + helper, argv, List.of(), -1, pipe[1], pipe[1]);
        } catch (LinuxException e) {
            throw new StepFailure(
                    e.errno() == Errno.ENOENT
                            ? FOLDER + helper + " is missing: install the package uidmap"
                            : e.getMessage());
        } finally {
            linux.close(pipe[1]);
        }
        String said;
        try (OpenFile output = new OpenFile(linux, pipe[0])) {
            said = linux.readText(output.descriptor(), MAX_OUTPUT).strip();
        }
        if (linux.await(process).exitCode() != 0) {
            throw new StepFailure((said.isEmpty() ? String.join(" ", argv) + " was refused" : said)
                    + "; see /etc/subuid and /etc/subgid");
        }
    }
}
