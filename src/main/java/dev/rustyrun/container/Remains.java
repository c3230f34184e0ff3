package dev.rustyrun.container;

import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.oci.ConfigJson;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The facts that are still known about a container with a damaged state: enough to end its processes.
 *
 * @param cgroup the path of its cgroup, which may not exist
 * @param pid its PID 1 when the state was written; 0 when unknown
 * @param startTime when that process started
 */
record Remains(String cgroup, int pid, long startTime) {

    private static final Pattern GROUP = Pattern.compile("\"cgroup\":\"([^\"\\\\]*)\"");
    private static final Pattern PROCESS = Pattern.compile("\"pid\":([0-9]{1,9}),\"startTime\":([0-9]{1,18})[,}]");

    /**
     * Reads the facts from the damaged files.
     *
     * @param state the text of its state.json
     * @param config the text of its config.json
     */
    static Remains of(String id, String state, String config) {
        Matcher process = PROCESS.matcher(state);
        boolean known = process.find();
        return new Remains(
                group(GROUP.matcher(state), id)
                        .or(() -> configured(id, config))
                        .orElseGet(() -> CgroupPath.of("", id).value()),
                known ? Integer.parseInt(process.group(1)) : 0,
                known ? Long.parseLong(process.group(2)) : 0);
    }

    private static Optional<String> group(Matcher matcher, String id) {
        if (!matcher.find() || matcher.group(1).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(CgroupPath.read(matcher.group(1)).written());
        } catch (InvalidSpecException e) {
            return valid(matcher.group(1), id);
        }
    }

    private static Optional<String> configured(String id, String config) {
        try {
            return valid(ConfigJson.read(config, Path.of("/")).spec().linux().cgroupsPath(), id);
        } catch (InvalidSpecException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> valid(String path, String id) {
        try {
            return Optional.of(CgroupPath.of(path, id).value());
        } catch (InvalidSpecException e) {
            return Optional.empty();
        }
    }
}
