package dev.rustyrun.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * The mount option {@code idmap=uids=0-1-10#10-11-10;gids=0-100-10}. Each triple is the first id in the file system,
 * the first host id to which it is mapped, and the number of ids. A triple that begins with {@code @} names an id of
 * the container's user namespace instead of a host id; man 1 crun, "idmap mount options".
 */
final class IdMapOption {

    private static final String VALUE = "idmap=";

    private IdMapOption() {}

    /**
     * {@code mount} with the mappings of this option, if it has one.
     *
     * @throws InvalidSpecException when the option is invalid
     */
    static Spec.Mount applied(Spec.Mount mount, LinuxSpec linux) {
        Spec.Mount applied = mount;
        for (String option : mount.options()) {
            if (option.startsWith(VALUE) || option.startsWith("r" + VALUE)) {
                applied = applied(applied, option, linux);
            }
        }
        return applied;
    }

    private static Spec.Mount applied(Spec.Mount mount, String option, LinuxSpec linux) {
        String what = "mount on " + mount.destination() + ": " + option;
        int value = option.indexOf('=');
        List<IdMapping> uids = mount.uidMappings();
        List<IdMapping> gids = mount.gidMappings();
        for (String part : option.substring(value + 1).split(";", -1)) {
            if (part.startsWith("uids=")) {
                uids = mappings(what, part, linux.uidMappings());
            } else if (part.startsWith("gids=")) {
                gids = mappings(what, part, linux.gidMappings());
            } else {
                throw new InvalidSpecException(
                        what + ": \"" + part + "\" is neither uids=FIRST-HOST-COUNT nor gids=FIRST-HOST-COUNT");
            }
        }
        List<String> options = new ArrayList<>(mount.options());
        options.set(options.indexOf(option), option.substring(0, value));
        return new Spec.Mount(mount.destination(), mount.type(), mount.source(), options, uids, gids);
    }

    private static List<IdMapping> mappings(String what, String part, List<IdMapping> container) {
        List<IdMapping> mappings = new ArrayList<>();
        for (String range : part.substring(part.indexOf('=') + 1).split("#", -1)) {
            boolean relative = range.startsWith("@");
            IdMapping given =
                    IdMapping.parse(what, range.substring(relative ? 1 : 0).replace('-', ':'));
            mappings.add(relative ? relative(what, given, container) : given);
        }
        return mappings;
    }

    private static IdMapping relative(String what, IdMapping given, List<IdMapping> container) {
        long host = IdMapping.outside(container, given.hostId())
                .orElseThrow(() -> new InvalidSpecException(
                        what + ": the container's user namespace has no id " + given.hostId() + ", which @ refers to"));
        return new IdMapping(given.containerId(), host, given.size());
    }
}
