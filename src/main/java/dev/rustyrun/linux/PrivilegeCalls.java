package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/** Privileges of this process: user, groups, capabilities, limits and the switches of prctl(2). */
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

    /** Sets the real, effective and saved user id; man 2 setresuid. */
    default void setUser(int uid) {
        check(libc().call("setresuid", uid, uid, uid), "setresuid", uid);
    }

    /**
     * Makes files that this thread creates belong to this user and group; other threads are not affected; man 2
     * setfsuid.
     */
    default void setFileOwner(int uid, int gid) {
        libc().call("setfsgid", gid);
        libc().call("setfsuid", uid);
        // The calls report no error. Called with an invalid id, they return the current one.
        if (libc().call("setfsgid", -1) != gid || libc().call("setfsuid", -1) != uid) {
            throw LinuxException.of("setfsuid(" + uid + ")", Errno.EPERM);
        }
    }

    /** Sets the real, effective and saved group id; man 2 setresgid. */
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

    /** Performs an operation of prctl(2) that takes one number. */
    default void prctl(Prctl operation, long argument) {
        prctl(operation, argument, 0);
    }

    /** Performs an operation of prctl(2) that takes two numbers. */
    default void prctl(Prctl operation, long argument, long second) {
        check(libc().call("prctl", operation.value(), argument, second, 0, 0), "prctl", operation, argument, second);
    }

    /** Sets a resource limit of this process; -1 means no limit; man 2 prlimit. */
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
