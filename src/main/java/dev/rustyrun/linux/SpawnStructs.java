package dev.rustyrun.linux;

/** What {@code spawn.h} of glibc says about the sizes and flags of posix_spawn's structs. */
final class SpawnStructs {

    /** Bytes of {@code posix_spawn_file_actions_t}, on 64-bit glibc 80. */
    static final int FILE_ACTIONS_SIZE = 128;

    /** Bytes of {@code posix_spawnattr_t}, on 64-bit glibc 336. */
    static final int ATTRIBUTES_SIZE = 512;

    /** The first descriptor after standard input, output and error. */
    static final int AFTER_STDIO = 3;

    /** POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK. */
    static final int COMMAND_FLAGS = 0x04 | 0x08;

    private SpawnStructs() {}
}
