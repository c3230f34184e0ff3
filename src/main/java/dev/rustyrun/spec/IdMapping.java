package dev.rustyrun.spec;

import java.util.List;
import java.util.OptionalLong;

/**
 * A range of ids of a user namespace, and the host ids to which they are mapped; config-linux.md, "User namespace
 * mappings".
 *
 * @param containerId first id in the user namespace
 * @param hostId first id on the host
 * @param size number of ids; ids are unsigned 32-bit numbers
 */
public record IdMapping(long containerId, long hostId, long size) {

    /**
     * Parses {@code CONTAINER:HOST:SIZE}.
     *
     * @param what the kind of mapping, for messages
     * @throws InvalidSpecException when {@code text} is not a mapping
     */
    public static IdMapping parse(String what, String text) {
        String[] numbers = text.split(":", -1);
        if (numbers.length < 2 || numbers.length > 3) {
            throw new InvalidSpecException(what + " \"" + text + "\" is not CONTAINER:HOST:SIZE");
        }
        IdMapping mapping = new IdMapping(
                number(what, text, numbers[0]),
                number(what, text, numbers[1]),
                numbers.length == 2 ? 1 : number(what, text, numbers[2]));
        mapping.check(what);
        return mapping;
    }

    private static long number(String what, String text, String number) {
        if (!number.matches("[0-9]{1,10}") || Long.parseLong(number) > Id.MAX) {
            throw new InvalidSpecException(what + " \"" + text + "\": \"" + number + "\" is not an id");
        }
        return Long.parseLong(number);
    }

    private void check(String what) {
        if (size < 1
                || containerId < 0
                || hostId < 0
                || containerId + size - 1 > Id.MAX
                || hostId + size - 1 > Id.MAX) {
            throw new InvalidSpecException(what + " " + this + " is empty or goes beyond the last id " + Id.MAX);
        }
    }

    /**
     * Checks that every mapping is valid and that no two overlap.
     *
     * @throws InvalidSpecException for the first error
     */
    public static void check(String what, List<IdMapping> mappings) {
        for (int i = 0; i < mappings.size(); i++) {
            mappings.get(i).check(what);
            for (int j = 0; j < i; j++) {
                if (overlap(
                                mappings.get(i).containerId,
                                mappings.get(i).size,
                                mappings.get(j).containerId,
                                mappings.get(j).size)
                        || overlap(
                                mappings.get(i).hostId,
                                mappings.get(i).size,
                                mappings.get(j).hostId,
                                mappings.get(j).size)) {
                    throw new InvalidSpecException(what + " " + mappings.get(i) + " overlaps " + mappings.get(j));
                }
            }
        }
    }

    private static boolean overlap(long first, long firstSize, long second, long secondSize) {
        return first < second + secondSize && second < first + firstSize;
    }

    /** Parses the format of {@code /proc/pid/uid_map}; man 7 user_namespaces. */
    public static List<IdMapping> ofProcFile(String text) {
        return text.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(numbers -> numbers.length == 3)
                .map(numbers -> new IdMapping(
                        Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2])))
                .toList();
    }

    /** The host id to which {@code containerId} is mapped, if any. */
    public static OptionalLong outside(List<IdMapping> mappings, long containerId) {
        return mappings.stream()
                .filter(mapping ->
                        containerId >= mapping.containerId && containerId < mapping.containerId + mapping.size)
                .mapToLong(mapping -> mapping.hostId + containerId - mapping.containerId)
                .findFirst();
    }

    /** The id in the user namespace that is mapped to {@code hostId}, if any. */
    public static OptionalLong inside(List<IdMapping> mappings, long hostId) {
        return mappings.stream()
                .filter(mapping -> hostId >= mapping.hostId && hostId < mapping.hostId + mapping.size)
                .mapToLong(mapping -> mapping.containerId + hostId - mapping.hostId)
                .findFirst();
    }

    /** Whether {@code mappings} contain {@code containerId}. */
    public static boolean covers(List<IdMapping> mappings, long containerId) {
        for (IdMapping mapping : mappings) {
            if (containerId >= mapping.containerId && containerId < mapping.containerId + mapping.size) {
                return true;
            }
        }
        return false;
    }

    /** Like a line of {@code /proc/pid/uid_map}, but with colons. */
    @Override
    public String toString() {
        return containerId + ":" + hostId + ":" + size;
    }
}
