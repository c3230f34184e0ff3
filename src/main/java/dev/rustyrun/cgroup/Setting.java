package dev.rustyrun.cgroup;

/**
 * A value to write to a file of a group.
 *
 * @param controller controller of the file, named as in the version of the file
 * @param file name in the group's directory
 * @param value value to write; for {@link Kind#IMPOSSIBLE}, the reason
 * @param kind meaning of a failure
 */
record Setting(String controller, String file, String value, Kind kind) {

    /** The meaning of a failure. */
    enum Kind {
        /** The limit cannot be enforced, which is an error. */
        REQUIRED,
        /** Some kernels do not have the file, which is not an error. */
        IF_THERE,
        /**
         * The kernel may require the next value first, depending on whether the new value is higher or lower than the
         * old one.
         */
        EITHER_ORDER,
        /** This version has no equivalent. */
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
