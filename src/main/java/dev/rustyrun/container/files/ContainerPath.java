package dev.rustyrun.container.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Splits a path in a container into the names from its root. */
final class ContainerPath {

    private static final int MAX_NAME = 255;
    private static final int MAX_NAMES = 64;

    private ContainerPath() {}

    /**
     * The names of {@code path}.
     *
     * @param directory the base of a relative path
     * @return empty when the path names a directory, contains {@code ..}, or has too many or too long names
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
