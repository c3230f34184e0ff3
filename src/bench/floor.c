/*
 * Starts a container with as little work as possible, as the lower bound for comparisons: one clone3 into the same
 * namespaces that rustyrun uses, the same mounts and devices, pivot_root, execve, wait. It has no checks, no options and
 * no clean-up.
 *
 *   floor ROOTFS COMMAND [ARGS]
 */
#define _GNU_SOURCE
#include <err.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(long result, const char *what) {
    if (result < 0) {
        err(99, "%s", what);
    }
}

static void file_systems(void) {
    static const struct { const char *type, *where; unsigned long flags; const char *data; } mounts[] = {
        {"proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL},
        {"tmpfs", "dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"},
        {"devpts", "dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5"},
        {"tmpfs", "dev/shm", MS_NOSUID | MS_NOEXEC | MS_NODEV, "mode=1777,size=65536k"},
        {"mqueue", "dev/mqueue", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL},
        {"sysfs", "sys", MS_NOSUID | MS_NOEXEC | MS_NODEV | MS_RDONLY, NULL},
    };
    for (unsigned i = 0; i < sizeof mounts / sizeof *mounts; i++) {
        if (i > 1) {
            mkdir(mounts[i].where, 0755);
        }
        must(mount(mounts[i].type, mounts[i].where, mounts[i].type, mounts[i].flags, mounts[i].data), mounts[i].where);
    }
}

static void devices(void) {
    static const struct { const char *path; int major, minor; } nodes[] = {
        {"dev/null", 1, 3}, {"dev/zero", 1, 5}, {"dev/full", 1, 7}, {"dev/random", 1, 8}, {"dev/urandom", 1, 9},
        {"dev/tty", 5, 0},
    };
    for (unsigned i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        must(mknod(nodes[i].path, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)), nodes[i].path);
    }
}

static void container(const char *rootfs, char **command) {
    static char *environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL};
    must(sethostname("floor", 5), "sethostname");
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
    must(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL), "bind rootfs");
    must(chdir(rootfs), "chdir");
    file_systems();
    devices();
    must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "umount2");
    must(chdir("/"), "chdir /");
    execve(command[0], command, environment);
    err(98, "%s", command[0]);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        errx(97, "usage: floor ROOTFS COMMAND [ARGS]");
    }
    struct clone_args how = {
        .flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP,
        .exit_signal = SIGCHLD,
    };
    pid_t pid = syscall(SYS_clone3, &how, sizeof how);
    must(pid, "clone3");
    if (pid == 0) {
        container(argv[1], argv + 2);
    }
    int status;
    must(waitpid(pid, &status, 0), "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
