package dev.rustyrun.container.files;

import dev.rustyrun.container.ContainerIds;
import java.util.OptionalLong;

/** Whose files are in a tar stream that were this machine's, and whose those will be that come out of one. */
interface FileOwners {

    /** The user in the stream of a file of {@code uid}. */
    long userInside(int uid);

    /** The group in the stream of a file of {@code gid}. */
    long groupInside(int gid);

    /** The user who gets a file of {@code uid} in the stream; none when nobody can. */
    OptionalLong userOutside(long uid);

    /** The group that gets a file of {@code gid} in the stream; none when none can. */
    OptionalLong groupOutside(long gid);

    /** Those of a container. */
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

    /** In the stream all are root's, and all that come out are {@code uid}'s and {@code gid}'s. */
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
