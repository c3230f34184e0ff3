package dev.rustyrun.spec;

/** Which system call filter a container gets, before it is known what that comes to. */
public sealed interface SeccompSetting {

    /** None: every call reaches the kernel. */
    record Unconfined() implements SeccompSetting {}

    /** Rustyrun's own profile, which follows the container's capabilities. */
    record Builtin() implements SeccompSetting {}

    /** The user's profile. */
    record Profile(Seccomp seccomp) implements SeccompSetting {}
}
