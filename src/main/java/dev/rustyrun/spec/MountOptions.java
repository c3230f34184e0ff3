package dev.rustyrun.spec;

import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The options of a mount, sorted into flags of mount(2), propagation, and options that the file system itself
 * interprets. Source: runtime-spec config.md, "Linux mount options", and man 8 mount.
 *
 * @param flags MS_ flags to set
 * @param clear MS_ flags to clear, which a bind mount would otherwise copy from its source
 * @param flagsBelow MS_ flags to set on the mount and on all mounts below it
 * @param clearBelow MS_ flags to clear on the mount and on all mounts below it
 * @param propagation an MS_ propagation flag, optionally with MS_REC, or 0
 * @param idMapping whether the mount is id-mapped, alone or with the mounts below it
 * @param copyUp whether a tmpfs starts with a copy of the directory that it covers
 * @param copyLink whether a source that is a symbolic link is copied instead of being mounted, as with crun
 * @param data the remaining options for the file system, comma-separated; empty when there are none
 */
public record MountOptions(
        long flags,
        long clear,
        long flagsBelow,
        long clearBelow,
        long propagation,
        IdMappedMount idMapping,
        boolean copyUp,
        boolean copyLink,
        String data) {

    /** Whether a mount is id-mapped, alone or with the mounts below it. */
    public enum IdMappedMount {
        NO,
        ALONE,
        RECURSIVE
    }

    /** Flags of a single mount rather than of its file system: these can also be set on the mounts below. */
    private static final long MOUNT_FLAGS = MountFlag.of(
            MountFlag.MS_RDONLY,
            MountFlag.MS_NOSUID,
            MountFlag.MS_NODEV,
            MountFlag.MS_NOEXEC,
            MountFlag.MS_NOATIME,
            MountFlag.MS_NODIRATIME,
            MountFlag.MS_RELATIME,
            MountFlag.MS_STRICTATIME,
            MountFlag.MS_NOSYMFOLLOW);

    /** The flag of a read-only mount. */
    public static final long READ_ONLY = MountFlag.MS_RDONLY.value();

    /** The flag of a mount on which device files do not work. */
    public static final long NO_DEVICES = MountFlag.MS_NODEV.value();

    /** The flags that change the attributes of a mount which exists. */
    public static final long CHANGE = MountFlag.of(MountFlag.MS_REMOUNT, MountFlag.MS_BIND);

    /** The propagation of mounts that neither send nor receive mount events. */
    public static final long ALL_PRIVATE = MountFlag.of(MountFlag.MS_REC, MountFlag.MS_PRIVATE);

    /** The propagation of mounts that only receive mount events. */
    public static final long ALL_SLAVE = MountFlag.of(MountFlag.MS_REC, MountFlag.MS_SLAVE);

    private static final Set<String> SPECIAL = Set.of("idmap", "ridmap", "tmpcopyup", "copy-symlink");
    private static final Map<String, Long> SET = new HashMap<>();
    private static final Map<String, Long> CLEAR = new HashMap<>();
    private static final Map<String, Long> PROPAGATION = new HashMap<>();

    static {
        attribute(MountFlag.MS_RDONLY, "rw");
        attribute(MountFlag.MS_NOSUID, "suid");
        attribute(MountFlag.MS_NODEV, "dev");
        attribute(MountFlag.MS_NOEXEC, "exec");
        attribute(MountFlag.MS_NOATIME, "atime");
        attribute(MountFlag.MS_NODIRATIME, "diratime");
        attribute(MountFlag.MS_RELATIME, "norelatime");
        attribute(MountFlag.MS_STRICTATIME, "nostrictatime");
        attribute(MountFlag.MS_NOSYMFOLLOW, "symfollow");
        attribute(MountFlag.MS_SYNCHRONOUS, "async");
        attribute(MountFlag.MS_MANDLOCK, "nomand");
        attribute(MountFlag.MS_SILENT, "loud");
        attribute(MountFlag.MS_I_VERSION, "noiversion");
        attribute(MountFlag.MS_LAZYTIME, "nolazytime");
        SET.put("remount", MountFlag.MS_REMOUNT.value());
        SET.put("dirsync", MountFlag.MS_DIRSYNC.value());
        SET.put("bind", MountFlag.MS_BIND.value());
        SET.put("rbind", MountFlag.of(MountFlag.MS_BIND, MountFlag.MS_REC));
        SET.put("defaults", 0L);
        for (MountFlag flag :
                List.of(MountFlag.MS_PRIVATE, MountFlag.MS_SLAVE, MountFlag.MS_SHARED, MountFlag.MS_UNBINDABLE)) {
            PROPAGATION.put(flag.option(), flag.value());
            PROPAGATION.put("r" + flag.option(), flag.value() | MountFlag.MS_REC.value());
        }
    }

    private static void attribute(MountFlag flag, String opposite) {
        SET.put(flag.option(), flag.value());
        CLEAR.put(opposite, flag.value());
    }

    /** Every option that is not passed on to the file system, in alphabetical order. */
    public static List<String> words() {
        TreeSet<String> words = new TreeSet<>(SPECIAL);
        words.addAll(SET.keySet());
        words.addAll(CLEAR.keySet());
        words.addAll(PROPAGATION.keySet());
        for (Map<String, Long> attributes : List.of(SET, CLEAR)) {
            attributes.keySet().stream().filter(MountOptions::isOfTheMount).forEach(word -> words.add("r" + word));
        }
        return List.copyOf(words);
    }

    private static boolean isOfTheMount(String word) {
        return ((SET.getOrDefault(word, 0L) | CLEAR.getOrDefault(word, 0L)) & MOUNT_FLAGS) != 0;
    }

    /** Parses {@code words}; a later option overrides an earlier one. */
    public static MountOptions parse(List<String> words) {
        Sorter sorter = new Sorter();
        words.forEach(sorter::take);
        return new MountOptions(
                sorter.own.set,
                sorter.own.clear,
                sorter.below.set,
                sorter.below.clear,
                sorter.propagation,
                sorter.idMapping,
                sorter.copyUp,
                sorter.copyLink,
                String.join(",", sorter.data));
    }

    private static final class Sorter {

        private final Flags own = new Flags();
        private final Flags below = new Flags();
        private final List<String> data = new ArrayList<>();
        private long propagation;
        private IdMappedMount idMapping = IdMappedMount.NO;
        private boolean copyUp;
        private boolean copyLink;

        void take(String word) {
            // With the prefix r, an attribute also applies to the mounts below: rro, rnosuid, ...
            String recursive = word.startsWith("r") && isOfTheMount(word.substring(1)) ? word.substring(1) : "";
            if (own.take(word)) {
                return;
            } else if (PROPAGATION.containsKey(word)) {
                propagation = PROPAGATION.get(word);
            } else if (recursive.isEmpty() || !below.take(recursive)) {
                takeSpecial(word);
            }
        }

        private void takeSpecial(String word) {
            switch (word) {
                case "idmap" -> idMapping = IdMappedMount.ALONE;
                case "ridmap" -> idMapping = IdMappedMount.RECURSIVE;
                case "tmpcopyup" -> copyUp = true;
                case "copy-symlink" -> copyLink = true;
                default -> data.add(word);
            }
        }
    }

    private static final class Flags {

        private long set;
        private long clear;

        boolean take(String word) {
            long toSet = SET.getOrDefault(word, 0L);
            long toClear = CLEAR.getOrDefault(word, 0L);
            set = (set | toSet) & ~toClear;
            clear = (clear | toClear) & ~toSet;
            return SET.containsKey(word) || toClear != 0;
        }
    }

    /** The attributes of mount_setattr(2) for {@code flags}. */
    public static long attributes(long flags) {
        return MountAttr.bits(flags);
    }

    /** The attributes of mount_setattr(2) to clear, when {@code flags} are set. */
    public long attributesToClear(long flags) {
        return MountAttr.bitsToClear(flags, clear & ~flags);
    }

    /** The attributes of mount_setattr(2) to set on the mount. */
    public long attributes() {
        return MountAttr.bits(flags);
    }

    /** The attributes of mount_setattr(2) to clear on the mount. */
    public long attributesToClear() {
        return MountAttr.bitsToClear(flags, clear);
    }

    /** The attributes of mount_setattr(2) to set on the mount and on all mounts below it. */
    public long attributesBelow() {
        return MountAttr.bits(flagsBelow);
    }

    /** The attributes of mount_setattr(2) to clear on the mount and on all mounts below it. */
    public long attributesToClearBelow() {
        return MountAttr.bitsToClear(flagsBelow, clearBelow);
    }

    /** The names of the propagation's flags. */
    public String propagationWords() {
        return MountFlag.describe(propagation);
    }

    /** Whether the mount exchanges mount events with its source. */
    public boolean sharesEvents() {
        return (propagation & MountFlag.of(MountFlag.MS_SHARED, MountFlag.MS_SLAVE)) != 0;
    }

    /** Whether the mount is read-only. */
    public boolean isReadOnly() {
        return (flags & READ_ONLY) != 0;
    }

    /** Whether this is a bind mount. */
    public boolean isBind() {
        return (flags & MountFlag.MS_BIND.value()) != 0;
    }

    /** Whether this changes an existing mount instead of making one. */
    public boolean isRemount() {
        return (flags & MountFlag.MS_REMOUNT.value()) != 0;
    }

    /** Whether a bind mount includes the mounts below its source. */
    public boolean isRecursive() {
        return (flags & MountFlag.MS_REC.value()) != 0;
    }
}
