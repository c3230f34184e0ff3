package dev.rustyrun.spec;

/**
 * A pool of host ids, both user and group ids, from which each container with {@code --userns auto} gets a range of its
 * own. Ranges have 65536 ids, for a container's 16-bit ids, and begin at multiples of that, so ranges of two pools are
 * either equal or disjoint.
 *
 * @param first first id of the pool
 * @param count number of ids
 */
public record IdPool(long first, long count) {

    /** The number of ids in a range. */
    public static final long RANGE = 65_536;

    /**
     * The default pool: above the ids that SSSD assigns to directory users and systemd-nspawn to containers, below
     * systemd's range for foreign ids.
     */
    public static final IdPool DEFAULT = new IdPool(0x7800_0000L, 0x7FE_0000L);

    private static final long LAST_ID = 0xFFFF_FFFEL;

    public IdPool {
        if (first < RANGE || first + count - 1 > LAST_ID) {
            throw new InvalidSpecException("id pool " + first + ":" + count + " is not within the ids " + RANGE + " to "
                    + LAST_ID + ": those below are the host's own users");
        }
        if (ranges(first, count) < 1) {
            throw new InvalidSpecException("id pool " + first + ":" + count + " contains no range of " + RANGE
                    + " ids that starts at a multiple of that number");
        }
    }

    /**
     * Parses {@code FIRST:COUNT}.
     *
     * @throws InvalidSpecException when {@code text} is not a valid pool
     */
    public static IdPool parse(String text) {
        if (!text.matches("[0-9]{1,10}:[0-9]{1,10}")) {
            throw new InvalidSpecException("id pool \"" + text + "\" is not FIRST:COUNT, such as " + DEFAULT);
        }
        String[] numbers = text.split(":");
        return new IdPool(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    }

    /** The number of ranges, which is the maximum number of containers at a time. */
    public long ranges() {
        return ranges(first, count);
    }

    private static long ranges(long first, long count) {
        return (first + count) / RANGE - (first + RANGE - 1) / RANGE;
    }

    /** The range with this number, counted from 0, as a container's id mapping. */
    public IdMapping range(long number) {
        return new IdMapping(0, ((first + RANGE - 1) / RANGE + number) * RANGE, RANGE);
    }

    /** The placeholder for a container to which no range has been assigned yet. */
    IdMapping firstRange() {
        return range(0);
    }

    /** Whether any of the {@code number} ids from {@code id} on are in the pool. */
    public boolean overlaps(long id, long number) {
        return id < first + count && first < id + number;
    }

    /** The format that {@link #parse} accepts. */
    @Override
    public String toString() {
        return first + ":" + count;
    }
}
