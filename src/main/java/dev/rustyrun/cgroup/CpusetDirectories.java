package dev.rustyrun.cgroup;

/**
 * Creates groups in v1's cpuset hierarchy, where a new group has no processors and no memory nodes until they are
 * assigned.
 */
final class CpusetDirectories {

    private CpusetDirectories() {}

    /**
     * Creates {@code path} below {@code mountPoint}; each new group on the way gets all of its parent's processors and
     * nodes. Returns whether the last group is new.
     */
    static boolean make(ControlFiles files, String mountPoint, String path) {
        boolean made = false;
        String above = mountPoint;
        int at = 0;
        while (at >= 0) {
            int next = path.indexOf('/', at + 1);
            String directory = mountPoint + (next < 0 ? path : path.substring(0, next));
            made = files.makeDirectories(mountPoint, directory);
            inherit(files, above, directory, "/cpuset.cpus");
            inherit(files, above, directory, "/cpuset.mems");
            above = directory;
            at = next;
        }
        return made;
    }

    private static void inherit(ControlFiles files, String above, String directory, String file) {
        if (files.read(directory + file).isBlank()) {
            files.write(directory + file, files.read(above + file).strip());
        }
    }
}
