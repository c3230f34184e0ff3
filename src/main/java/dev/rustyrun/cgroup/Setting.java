package dev.rustyrun.cgroup;

/**
 * One value to write into one file of a group.
 *
 * @param controller that the file belongs to, by the name of the version it is for
 * @param file in the group's directory
 * @param value to write; for what is {@link Kind#IMPOSSIBLE}, why
 * @param kind what a failure means
 */
record Setting(String controller, String file, String value, Kind kind) {

    /** What a failure means. */
    enum Kind {
        /** The limit cannot be kept. */
        REQUIRED,
        /** Some kernels do not have the file; then nothing is to be done. */
        IF_THERE,
        /** The kernel may want this value after the next one: which is greater, the old or the new, decides. */
        EITHER_ORDER,
        /** This version has nothing like it. */
        IMPOSSIBLE
    }

    static Setting of(String controller, String file, String value) {
        return new Setting(controller, file, value, Kind.REQUIRED);
    }

    static Setting of(String controller, String file, long value) {
        return of(controller, file, Long.toString(value));
    }

    static Setting impossible(String controller, String why) {
        return new Setting(controller, "", why, Kind.IMPOSSIBLE);
    }
}
