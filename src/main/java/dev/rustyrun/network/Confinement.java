package dev.rustyrun.network;

import dev.rustyrun.linux.CapabilitySets;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Prctl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Drops the privileges that a proxy does not need: it reads data from a container and the internet, and only needs
 * sockets and the resolver's files. The seccomp filter applies to all existing threads; the threads that serve
 * connections are started later.
 */
final class Confinement {

    /** The user nobody and the group nogroup. */
    private static final int NOBODY = 65534;

    private static final int SECCOMP_FILTER_FLAG_TSYNC = 1;
    private static final int SECCOMP_RET_ALLOW = 0x7fff0000;
    private static final int SECCOMP_RET_ERRNO = 0x00050000;
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    /** Offsets in {@code struct seccomp_data}. */
    private static final int NUMBER = 0;

    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;

    private static final int LOAD = 0x20;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_AT_LEAST = 0x35;
    private static final int JUMP_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));
    private static final int AUDIT_ARCH = ARM ? 0xc00000b7 : 0xc000003e;
    /** The flag of system call numbers of the x32 ABI. */
    private static final int X32 = 0x40000000;

    private static final int CLONE = ARM ? 220 : 56;
    private static final int CLONE3 = 435;
    private static final int SOCKET = ARM ? 198 : 41;
    /** All namespace flags, CLONE_NEWNS, CLONE_NEWUSER and so on. */
    private static final int CLONE_NEW = 0x7e020000;
    /** AF_UNIX, AF_INET, AF_INET6 and, for the resolver, AF_NETLINK. */
    private static final int[] FAMILIES = {1, 2, 10, 16};

    /**
     * execve, execveat; kill, pidfd_send_signal, ptrace, process_vm_readv and _writev, kcmp, pidfd_getfd, perf_event_open; mount,
     * umount2, pivot_root, chroot, mknodat, open_by_handle_at, unshare, setns; init_module, finit_module, delete_module,
     * kexec_load and _file_load, bpf, userfaultfd, add_key, request_key, keyctl, reboot, swapon, swapoff, acct, quotactl,
     * personality; io_uring_setup to _register, open_tree, move_mount, fsopen to fspick, mount_setattr.
     */
    private static final int[] REFUSED = ARM
            ? new int[] {
                221, 281, 129, 424, 117, 270, 271, 272, 438, 241, 40, 39, 41, 51, 33, 265, 97, 268, 105, 273, 106, 104,
                294, 280, 282, 217, 218, 219, 142, 224, 225, 89, 60, 92, 425, 426, 427, 428, 429, 430, 431, 432, 433,
                442
            }
            : new int[] {
                59, 322, 62, 424, 101, 310, 311, 312, 438, 298, 165, 166, 155, 161, 133, 259, 304, 272, 308, 175, 313,
                176, 246, 320, 321, 323, 248, 249, 250, 169, 167, 168, 163, 179, 135, 425, 426, 427, 428, 429, 430, 431,
                432, 433, 442
            };

    private Confinement() {}

    /** Drops the privileges of this process. */
    static void enter(Linux linux) {
        if (linux.isRoot()) {
            becomeNobody(linux);
        }
        linux.setCapabilities(new CapabilitySets(0, 0, 0));
        // Set after the change of the user, which resets it.
        linux.prctl(Prctl.PR_SET_DUMPABLE, 0);
        linux.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1);
        try {
            linux.installSeccomp(filter(), SECCOMP_FILTER_FLAG_TSYNC);
        } catch (LinuxException e) {
            // The kernel does not support seccomp filters, or forbids them here; the other measures still apply.
        }
    }

    /**
     * In a user namespace, nobody may not be mapped. Then the process stays that namespace's root, without
     * capabilities.
     */
    private static void becomeNobody(Linux linux) {
        try {
            linux.setGroups();
        } catch (LinuxException e) {
            // A user namespace can forbid setgroups(2).
        }
        try {
            linux.setGroup(NOBODY);
            linux.setUser(NOBODY);
        } catch (LinuxException e) {
            // The id is not mapped.
        }
    }

    /** The filter as an array of {@code struct sock_filter}. */
    static byte[] filter() {
        Program program = new Program();
        program.add(LOAD, ARCHITECTURE);
        program.unless(JUMP_EQUAL, AUDIT_ARCH).refuse(EPERM);
        program.add(LOAD, NUMBER);
        if (!ARM) {
            program.when(JUMP_AT_LEAST, X32).refuse(EPERM);
        }
        for (int call : REFUSED) {
            program.when(JUMP_EQUAL, call).refuse(EPERM);
        }
        // ENOSYS makes libc fall back to clone(2), whose flags a filter can check.
        program.when(JUMP_EQUAL, CLONE3).refuse(ENOSYS);
        program.add(JUMP_EQUAL, 0, 3, CLONE).add(LOAD, FIRST_ARGUMENT);
        program.when(JUMP_ANY_BIT, CLONE_NEW).refuse(EPERM);
        return program.socket();
    }

    private static final class Program {
        private final ByteBuffer code = ByteBuffer.allocate(8 * 256).order(ByteOrder.nativeOrder());

        Program add(int operation, int value) {
            return add(operation, 0, 0, value);
        }

        Program add(int operation, int then, int otherwise, int value) {
            code.putShort((short) operation)
                    .put((byte) then)
                    .put((byte) otherwise)
                    .putInt(value);
            return this;
        }

        Program when(int jump, int value) {
            return add(jump, 0, 1, value);
        }

        Program unless(int jump, int value) {
            return add(jump, 1, 0, value);
        }

        Program refuse(int errno) {
            return add(RETURN, SECCOMP_RET_ERRNO | errno);
        }

        byte[] socket() {
            add(LOAD, NUMBER);
            add(JUMP_EQUAL, 1, 0, SOCKET).add(RETURN, SECCOMP_RET_ALLOW);
            add(LOAD, FIRST_ARGUMENT);
            for (int family : FAMILIES) {
                when(JUMP_EQUAL, family).add(RETURN, SECCOMP_RET_ALLOW);
            }
            refuse(EPERM);
            byte[] bytes = new byte[code.position()];
            code.flip().get(bytes);
            return bytes;
        }
    }
}
