package dev.rustyrun.spec;

import dev.rustyrun.linux.MountFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The option words of a mount, sorted: which are flags of mount(2), which set the propagation, and which the file system
 * itself interprets. Source: runtime-spec config.md, "Linux mount options", and man 8 mount.
 *
 * @param flags MS_ flags to set
 * @param propagation an MS_ propagation flag, perhaps with MS_REC, or 0
 * @param data what is left for the file system, comma-separated; empty when nothing is
 */
public record MountOptions(long flags, long propagation, String data) {

    private static final Map<String, Long> SET = new HashMap<>();
    private static final Map<String, Long> CLEAR = new HashMap<>();
    private static final Map<String, Long> PROPAGATION = new HashMap<>();

    static {
        for (MountFlag flag : List.of(MountFlag.MS_RDONLY, MountFlag.MS_NOSUID, MountFlag.MS_NODEV,
                MountFlag.MS_NOEXEC, MountFlag.MS_SYNCHRONOUS, MountFlag.MS_DIRSYNC, MountFlag.MS_NOATIME,
                MountFlag.MS_NODIRATIME, MountFlag.MS_RELATIME, MountFlag.MS_STRICTATIME, MountFlag.MS_NOSYMFOLLOW,
                MountFlag.MS_BIND)) {
            SET.put(flag.option(), flag.value());
        }
        SET.put("rbind", MountFlag.of(MountFlag.MS_BIND, MountFlag.MS_REC));
        SET.put("defaults", 0L);
        CLEAR.put("rw", MountFlag.MS_RDONLY.value());
        CLEAR.put("suid", MountFlag.MS_NOSUID.value());
        CLEAR.put("dev", MountFlag.MS_NODEV.value());
        CLEAR.put("exec", MountFlag.MS_NOEXEC.value());
        CLEAR.put("async", MountFlag.MS_SYNCHRONOUS.value());
        CLEAR.put("atime", MountFlag.MS_NOATIME.value());
        CLEAR.put("diratime", MountFlag.MS_NODIRATIME.value());
        CLEAR.put("norelatime", MountFlag.MS_RELATIME.value());
        CLEAR.put("nostrictatime", MountFlag.MS_STRICTATIME.value());
        CLEAR.put("symfollow", MountFlag.MS_NOSYMFOLLOW.value());
        for (MountFlag flag : List.of(MountFlag.MS_PRIVATE, MountFlag.MS_SLAVE, MountFlag.MS_SHARED,
                MountFlag.MS_UNBINDABLE)) {
            PROPAGATION.put(flag.option(), flag.value());
            PROPAGATION.put("r" + flag.option(), flag.value() | MountFlag.MS_REC.value());
        }
    }

    /** Sorts {@code words}; a later one overrides an earlier one. */
    public static MountOptions parse(List<String> words) {
        long flags = 0;
        long propagation = 0;
        List<String> data = new ArrayList<>();
        for (String word : words) {
            if (SET.containsKey(word)) {
                flags |= SET.get(word);
            } else if (CLEAR.containsKey(word)) {
                flags &= ~CLEAR.get(word);
            } else if (PROPAGATION.containsKey(word)) {
                propagation = PROPAGATION.get(word);
            } else {
                data.add(word);
            }
        }
        return new MountOptions(flags, propagation, join(data));
    }

    private static String join(List<String> data) {
        StringJoiner joined = new StringJoiner(",");
        data.forEach(joined::add);
        return joined.toString();
    }

    /** Whether this is a bind mount. */
    public boolean isBind() {
        return (flags & MountFlag.MS_BIND.value()) != 0;
    }

    /** Whether a bind mount takes the mounts below its source along. */
    public boolean isRecursive() {
        return (flags & MountFlag.MS_REC.value()) != 0;
    }
}
