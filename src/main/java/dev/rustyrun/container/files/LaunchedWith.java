package dev.rustyrun.container.files;

import java.util.List;
import java.util.OptionalLong;

/**
 * What a container was launched with, as far as its files depend on that.
 *
 * @param rootfs host path of its root file system
 * @param readOnly whether it cannot write there
 * @param memory its limit in bytes, if it has one
 * @param sources host paths of what is mounted in it
 * @param hasForeignMounts whether it has ids of its own, and something is mounted in it whose ids are not mapped to them
 */
public record LaunchedWith(
        String rootfs, boolean readOnly, OptionalLong memory, List<String> sources, boolean hasForeignMounts) {

    public LaunchedWith {
        sources = List.copyOf(sources);
    }
}
