package dev.rustyrun.cgroup;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The groups below a container's group that exec joins: one for every hierarchy, or different ones for some controllers
 * of v1. Without a name, it is the container's group itself.
 */
public final class GroupsBelow {

    /** The container's own group in every hierarchy. */
    public static final GroupsBelow NONE = new GroupsBelow(Map.of());

    private static final String EVERYWHERE = "";

    private final Map<String, String> paths;

    private GroupsBelow(Map<String, String> paths) {
        this.paths = paths;
    }

    /**
     * Parses words such as {@code workers} and {@code cpu,cpuacct:workers}.
     *
     * @throws InvalidSpecException when a path leads out of the container's group, or a controller is named more than
     *     once
     */
    public static GroupsBelow of(List<String> words) {
        Map<String, String> paths = new HashMap<>();
        for (String word : words) {
            int colon = word.indexOf(':');
            String path = normal(word, word.substring(colon + 1));
            for (String controller : colon < 0
                    ? List.of(EVERYWHERE)
                    : List.of(word.substring(0, colon).split(","))) {
                if (colon >= 0 && controller.isEmpty()) {
                    throw new InvalidSpecException("--cgroup \"" + word + "\" names no controller before the colon");
                }
                if (paths.put(controller, path) != null) {
                    throw new InvalidSpecException("--cgroup \"" + word + "\": there is another path for "
                            + (controller.isEmpty() ? "all controllers" : "the controller " + controller));
                }
            }
        }
        return new GroupsBelow(paths);
    }

    private static String normal(String word, String path) {
        StringBuilder normal = new StringBuilder();
        for (String name : path.split("/")) {
            if (name.equals("..")) {
                throw new InvalidSpecException(
                        "--cgroup \"" + word + "\" leads out of the container's cgroup: " + "it must not contain ..");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                normal.append('/').append(name);
            }
        }
        return normal.toString();
    }

    /** The controllers with a path of their own. */
    Set<String> controllers() {
        Set<String> named = new java.util.HashSet<>(paths.keySet());
        named.remove(EVERYWHERE);
        return named;
    }

    /** The path below the container's group in a hierarchy with these controllers; empty for that group itself. */
    String in(List<String> controllers) {
        for (String controller : controllers) {
            if (paths.containsKey(controller)) {
                return paths.get(controller);
            }
        }
        return paths.getOrDefault(EVERYWHERE, "");
    }

    /** The group below {@code directory}, a container's group, in a hierarchy with these controllers. */
    String below(ControlFiles files, String directory, List<String> controllers) {
        String group = directory + in(controllers);
        // The container's own group exists, because it has been looked up before.
        if (!group.equals(directory) && !files.exists(group)) {
            throw new CgroupException("cannot join the cgroup " + group + ": no such file or directory; it must be made"
                    + " first, from the host or in the container");
        }
        return group;
    }
}
