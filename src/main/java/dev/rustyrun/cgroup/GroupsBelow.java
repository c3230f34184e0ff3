package dev.rustyrun.cgroup;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which groups below a container's a further process of it joins: one for every hierarchy, or others for some controllers
 * of v1. Where none is named, it is the container's.
 */
public final class GroupsBelow {

    /** The container's own, everywhere. */
    public static final GroupsBelow NONE = new GroupsBelow(Map.of());

    private static final String EVERYWHERE = "";

    private final Map<String, String> paths;

    private GroupsBelow(Map<String, String> paths) {
        this.paths = paths;
    }

    /**
     * Reads words such as {@code workers} and {@code cpu,cpuacct:workers}.
     *
     * @throws InvalidSpecException when a path leads out of the container's group, or a controller is named twice
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
                    throw new InvalidSpecException("--cgroup \"" + word + "\": there is another one for "
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
                        "--cgroup \"" + word + "\" leads out of the container's cgroup: " + "it may not climb with ..");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                normal.append('/').append(name);
            }
        }
        return normal.toString();
    }

    /** The controllers that are named. */
    Set<String> controllers() {
        Set<String> named = new java.util.HashSet<>(paths.keySet());
        named.remove(EVERYWHERE);
        return named;
    }

    /** The path below the container's group in a hierarchy of these controllers; empty for that group itself. */
    String in(List<String> controllers) {
        for (String controller : controllers) {
            if (paths.containsKey(controller)) {
                return paths.get(controller);
            }
        }
        return paths.getOrDefault(EVERYWHERE, "");
    }

    /** {@code directory}, a container's, with the path of a hierarchy of these controllers below it. */
    String below(ControlFiles files, String directory, List<String> controllers) {
        String group = directory + in(controllers);
        // The container's own was there when it was looked for.
        if (!group.equals(directory) && !files.exists(group)) {
            throw new CgroupException("cannot join the cgroup " + group + ": no such file or directory; it must be made"
                    + " first, from the host or in the container");
        }
        return group;
    }
}
