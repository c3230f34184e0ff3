package dev.rustyrun.spec;

/** The system call filter that was requested for a container, before it is resolved to a profile. */
public sealed interface SeccompSetting {

    /** No filter: every call reaches the kernel. */
    record Unconfined() implements SeccompSetting {}

    /** Rustyrun's own profile, which follows the container's capabilities. */
    record Builtin() implements SeccompSetting {}

    /** The user's profile. */
    record Profile(Seccomp seccomp) implements SeccompSetting {}
}
