package dev.rustyrun.spec;

/**
 * Host ids, user's and group's alike, of which each container with {@code --userns auto} has a range of its own. Ranges are
 * as long as a container's 16-bit ids and begin at multiples of that, so that those of two pools are the same or apart.
 *
 * @param first id
 * @param count how many
 */
public record IdPool(long first, long count) {

    /** How many ids a container has. */
    public static final long RANGE = 65_536;

    /**
     * Where nothing else is by default: above what SSSD gives to the users of a directory and systemd-nspawn to containers, below
     * the ids that systemd calls foreign.
     */
    public static final IdPool DEFAULT = new IdPool(0x7800_0000L, 0x7FE_0000L);

    private static final long LAST_ID = 0xFFFF_FFFEL;

    public IdPool {
        if (first < RANGE || first + count - 1 > LAST_ID) {
            throw new InvalidSpecException("id pool " + first + ":" + count + " is not within the ids " + RANGE + " to "
                    + LAST_ID + ": those below are the host's own users");
        }
        if (ranges(first, count) < 1) {
            throw new InvalidSpecException("id pool " + first + ":" + count + " holds no range of " + RANGE
                    + " ids that begins at a multiple of that");
        }
    }

    /**
     * The pool that {@code text} writes as {@code FIRST:COUNT}.
     *
     * @throws InvalidSpecException when it is none
     */
    public static IdPool parse(String text) {
        if (!text.matches("[0-9]{1,10}:[0-9]{1,10}")) {
            throw new InvalidSpecException("id pool \"" + text + "\" is not FIRST:COUNT, such as " + DEFAULT);
        }
        String[] numbers = text.split(":");
        return new IdPool(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    }

    /** How many containers can have one at once. */
    public long ranges() {
        return ranges(first, count);
    }

    private static long ranges(long first, long count) {
        return (first + count) / RANGE - (first + RANGE - 1) / RANGE;
    }

    /** The range of that number, from 0, as the mapping of a container that has it. */
    public IdMapping range(long number) {
        return new IdMapping(0, ((first + RANGE - 1) / RANGE + number) * RANGE, RANGE);
    }

    /** What stands for the range of a container that has not been given any yet. */
    IdMapping firstRange() {
        return range(0);
    }

    /** Whether any of {@code number} ids from {@code id} on are in it. */
    public boolean overlaps(long id, long number) {
        return id < first + count && first < id + number;
    }

    /** As {@link #parse} takes it. */
    @Override
    public String toString() {
        return first + ":" + count;
    }
}
