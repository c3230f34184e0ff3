package dev.rustyrun.container.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A path in a container, as the names that lead there from its root. */
final class ContainerPath {

    private static final int MAX_NAME = 255;
    private static final int MAX_NAMES = 64;

    private ContainerPath() {}

    /**
     * Its names.
     *
     * @param directory from which it leads when it is not absolute
     * @return nothing when it has none, climbs with {@code ..}, or is deeper than any that is wanted
     */
    static Optional<List<String>> of(String path, String directory) {
        String whole = path.startsWith("/") ? path : directory + "/" + path;
        List<String> names = new ArrayList<>();
        for (String name : whole.split("/", -1)) {
            if (name.equals("..") || name.length() > MAX_NAME || name.indexOf('\0') >= 0) {
                return Optional.empty();
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        boolean isDirectory = path.isEmpty() || path.endsWith("/") || path.endsWith("/.") || path.equals(".");
        return names.isEmpty() || names.size() > MAX_NAMES || isDirectory ? Optional.empty() : Optional.of(names);
    }
}
