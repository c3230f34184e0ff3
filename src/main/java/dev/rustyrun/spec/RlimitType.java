package dev.rustyrun.spec;

/**
 * Resources that a process can be limited in, in the order of {@code asm-generic/resource.h}, so that the ordinal is the
 * number; man 2 getrlimit.
 */
public enum RlimitType {
    RLIMIT_CPU,
    RLIMIT_FSIZE,
    RLIMIT_DATA,
    RLIMIT_STACK,
    RLIMIT_CORE,
    RLIMIT_RSS,
    RLIMIT_NPROC,
    RLIMIT_NOFILE,
    RLIMIT_MEMLOCK,
    RLIMIT_AS,
    RLIMIT_LOCKS,
    RLIMIT_SIGPENDING,
    RLIMIT_MSGQUEUE,
    RLIMIT_NICE,
    RLIMIT_RTPRIO,
    RLIMIT_RTTIME;

    /**
     * The resource of this name, with or without {@code RLIMIT_}, in any case.
     *
     * @throws InvalidSpecException when it is unknown
     */
    public static RlimitType named(String name) {
        String upper = name.toUpperCase(java.util.Locale.ROOT);
        for (RlimitType resource : values()) {
            if (resource.name().equals(upper) || resource.name().equals("RLIMIT_" + upper)) {
                return resource;
            }
        }
        throw new InvalidSpecException("unknown rlimit \"" + name + "\": see man 2 getrlimit, such as nofile or nproc");
    }
}
