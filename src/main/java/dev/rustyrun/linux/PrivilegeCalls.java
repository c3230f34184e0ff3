package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/** What this process is allowed: its user and groups, capabilities, limits and prctl's switches. */
public interface PrivilegeCalls extends KernelCalls {

    /** Whether the effective user is root. */
    default boolean isRoot() {
        return userId() == 0;
    }

    /** The effective user id of this process; man 2 geteuid. */
    default int userId() {
        return libc().call("geteuid");
    }

    /** The effective group id of this process; man 2 getegid. */
    default int groupId() {
        return libc().call("getegid");
    }

    /** Becomes this user, real, effective and saved; man 2 setresuid. */
    default void setUser(int uid) {
        check(libc().call("setresuid", uid, uid, uid), "setresuid", uid);
    }

    /** Lets this thread, and no other, make files as this user and group; man 2 setfsuid. */
    default void setFileOwner(int uid, int gid) {
        libc().call("setfsgid", gid);
        libc().call("setfsuid", uid);
        // They report no error: asked for an id that is none, they say which one is set.
        if (libc().call("setfsgid", -1) != gid || libc().call("setfsuid", -1) != uid) {
            throw LinuxException.of("setfsuid(" + uid + ")", Errno.EPERM);
        }
    }

    /** Becomes this group, real, effective and saved; man 2 setresgid. */
    default void setGroup(int gid) {
        check(libc().call("setresgid", gid, gid, gid), "setresgid", gid);
    }

    /** Sets the supplementary groups; man 2 setgroups. */
    default void setGroups(int... groups) {
        check(libc().call("setgroups", groups.length, groups), "setgroups", groups.length);
    }

    /** This thread's capabilities; man 2 capget. */
    default CapabilitySets capabilities() {
        byte[] data = new byte[CapabilitySets.SIZE];
        check(libc().call("capget", CapabilitySets.header(), data), "capget");
        return CapabilitySets.decode(data);
    }

    /** Sets this thread's capabilities; man 2 capset. */
    default void setCapabilities(CapabilitySets words) {
        check(libc().call("capset", CapabilitySets.header(), words.encode()), "capset", words);
    }

    /** One of {@link Prctl}'s operations; man 2 prctl. */
    default void prctl(Prctl operation, long argument) {
        prctl(operation, argument, 0);
    }

    /** One of {@link Prctl}'s operations that takes two numbers; man 2 prctl. */
    default void prctl(Prctl operation, long argument, long second) {
        check(libc().call("prctl", operation.value(), argument, second, 0, 0), "prctl", operation, argument, second);
    }

    /** Limits a resource of this process, -1 being no limit; man 2 prlimit. */
    default void setResourceLimit(int resource, long soft, long hard) {
        check(new ResourceLimit(resource, soft, hard).call().make(libc()), "prlimit", resource, soft, hard);
    }

    /** The limit of a resource of this process; man 2 prlimit. */
    default ResourceLimit resourceLimit(int resource) {
        Struct limit = new Struct(2 * Long.BYTES);
        check(libc().call("prlimit", 0, resource, null, limit), "prlimit", resource);
        return new ResourceLimit(resource, limit.getLong(0), limit.getLong(Long.BYTES));
    }
}
