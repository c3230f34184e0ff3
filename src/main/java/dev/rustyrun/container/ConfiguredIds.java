package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The ids that {@code --userns auto} and the service may give to containers: the configured pool, or else the ids that
 * {@code /etc/subuid} and {@code /etc/subgid} grant to a user {@code rustyrun}, or else {@link IdPool#DEFAULT}.
 */
public final class ConfiguredIds {

    /** The variable that sets the pool. */
    public static final String VARIABLE = "RUSTYRUN_USERNS_POOL";

    private static final String OWNER = "rustyrun";

    private final UnaryOperator<String> files;

    public ConfiguredIds(Linux linux) {
        this(file -> read(linux, file));
    }

    /** @param files reads a file by its path */
    ConfiguredIds(UnaryOperator<String> files) {
        this.files = files;
    }

    /**
     * The pool.
     *
     * @param set the configured pool as {@code FIRST:COUNT}; empty when none is configured
     * @throws InvalidSpecException when {@code set} is malformed, or the ids already belong to a user or group
     */
    public IdPool pool(String set) {
        Optional<IdPool> granted = set.isEmpty() ? granted() : Optional.empty();
        IdPool pool = set.isEmpty() ? granted.orElse(IdPool.DEFAULT) : IdPool.parse(set);
        checkUnused(pool, "/etc/subuid", 1, 2);
        checkUnused(pool, "/etc/subgid", 1, 2);
        checkUnused(pool, "/etc/passwd", 2, 0);
        checkUnused(pool, "/etc/group", 2, 0);
        return pool;
    }

    private Optional<IdPool> granted() {
        String users = grantedIn("/etc/subuid");
        if (users.isEmpty()) {
            return Optional.empty();
        }
        if (!users.equals(grantedIn("/etc/subgid"))) {
            throw new InvalidSpecException("/etc/subuid grants " + users + " to " + OWNER
                    + ": /etc/subgid must grant it the same, in its first line");
        }
        return Optional.of(IdPool.parse(users));
    }

    private String grantedIn(String file) {
        for (String line : files.apply(file).split("\n")) {
            String[] fields = line.split(":");
            if (fields.length == 3 && fields[0].equals(OWNER)) {
                return fields[1] + ":" + fields[2];
            }
        }
        return "";
    }

    /** @param countField the field of a line that holds the number of ids; 0 when a line stands for one id */
    private void checkUnused(IdPool pool, String file, int idField, int countField) {
        for (String line : files.apply(file).split("\n")) {
            String[] fields = line.split(":");
            if (fields.length <= Math.max(idField, countField)
                    || fields[0].equals(OWNER)
                    || !fields[idField].matches("[0-9]{1,10}")
                    || !fields[countField].matches(countField == 0 ? ".*" : "[0-9]{1,10}")) {
                continue;
            }
            long count = countField == 0 ? 1 : Long.parseLong(fields[countField]);
            if (pool.overlaps(Long.parseLong(fields[idField]), count)) {
                throw new InvalidSpecException("the id pool " + pool + " overlaps ids that " + file + " assigns to "
                        + fields[0] + ": set another pool with " + VARIABLE + "=FIRST:COUNT");
            }
        }
    }

    private static String read(Linux linux, String file) {
        try {
            return linux.readFile(file);
        } catch (LinuxException e) {
            return "";
        }
    }
}
