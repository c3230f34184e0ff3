package dev.rustyrun.container.files;

import dev.rustyrun.container.ContainerIds;
import java.util.OptionalLong;

/** Translates the owners of files between this machine and a tar stream. */
interface FileOwners {

    /** The user id in the stream for a file of the host's {@code uid}. */
    long userInside(int uid);

    /** The group id in the stream for a file of the host's {@code gid}. */
    long groupInside(int gid);

    /** The host's user id for {@code uid} in the stream; empty when it is not mapped. */
    OptionalLong userOutside(long uid);

    /** The host's group id for {@code gid} in the stream; empty when it is not mapped. */
    OptionalLong groupOutside(long gid);

    /** The translation by a container's id mappings. */
    static FileOwners of(ContainerIds ids) {
        return new FileOwners() {
            @Override
            public long userInside(int uid) {
                return ids.userInside(uid);
            }

            @Override
            public long groupInside(int gid) {
                return ids.groupInside(gid);
            }

            @Override
            public OptionalLong userOutside(long uid) {
                return ids.userOutside(uid);
            }

            @Override
            public OptionalLong groupOutside(long gid) {
                return ids.groupOutside(gid);
            }
        };
    }

    /**
     * A translation with a single owner: in the stream all files belong to root, and all unpacked files to {@code uid}
     * and {@code gid}.
     */
    static FileOwners one(int uid, int gid) {
        return new FileOwners() {
            @Override
            public long userInside(int any) {
                return 0;
            }

            @Override
            public long groupInside(int any) {
                return 0;
            }

            @Override
            public OptionalLong userOutside(long any) {
                return OptionalLong.of(Integer.toUnsignedLong(uid));
            }

            @Override
            public OptionalLong groupOutside(long any) {
                return OptionalLong.of(Integer.toUnsignedLong(gid));
            }
        };
    }
}
