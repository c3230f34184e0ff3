/*
 * What a command in a container may try, as one static program: the tests mount it into the container and read what it
 * prints. Each attempt is a line NAME=RESULT, where RESULT is "ok" or the name of the errno.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *name, long result)
{
    printf("%s=%s\n", name, result >= 0 ? "ok" : strerrorname_np(errno));
    fflush(stdout);
}

/* In a child, so that what works does not change what is tried next. */
#define TRY(name, call) do { \
        pid_t pid = fork(); \
        if (pid == 0) { tell(name, call); _exit(0); } \
        waitpid(pid, NULL, 0); \
    } while (0)

/* Arguments are wrong where they can be: without a filter most of these say EINVAL or EFAULT. */
static int calls(void)
{
    char wide[64] = {0};
    TRY("keyctl", syscall(SYS_keyctl, 0, -3, 0, 0, 0));
    TRY("add_key", syscall(SYS_add_key, NULL, NULL, NULL, 0, 0));
    TRY("unshare-user", unshare(CLONE_NEWUSER));
    TRY("unshare-mount", unshare(CLONE_NEWNS));
    TRY("clone3", syscall(SYS_clone3, wide, 3));
    TRY("setns", setns(-1, CLONE_NEWNET));
    TRY("bpf", syscall(SYS_bpf, -1, NULL, 0));
    TRY("io_uring_setup", syscall(SYS_io_uring_setup, 1, NULL));
    TRY("userfaultfd", syscall(SYS_userfaultfd, -1));
    TRY("perf_event_open", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
    TRY("open_by_handle_at", syscall(SYS_open_by_handle_at, -1, NULL, 0));
    TRY("kexec_load", syscall(SYS_kexec_load, 0, 99, NULL, 0));
    TRY("mount", mount("none", "/nowhere", "tmpfs", 0, NULL));
    TRY("umount2", umount2("/nowhere", 0));
    TRY("pivot_root", syscall(SYS_pivot_root, "/nowhere", "/nowhere"));
    TRY("swapon", syscall(SYS_swapon, "/nowhere", 0));
    TRY("syslog", syscall(SYS_syslog, 99, NULL, 0));
    TRY("socket-vsock", syscall(SYS_socket, 40, 1, 0));
    TRY("socket-vsock-wide", syscall(SYS_socket, 40 | 1L << 32, 1, 0));
    TRY("ioctl-TIOCSTI", syscall(SYS_ioctl, 0, TIOCSTI, ""));
    TRY("ioctl-TIOCSTI-wide", syscall(SYS_ioctl, 0, TIOCSTI | 1L << 32, ""));
    TRY("personality", syscall(SYS_personality, 0x0040000));
    TRY("ptrace", ptrace(PTRACE_TRACEME, 0, 0, 0));
    TRY("getppid", getppid());
    return 0;
}

/* What this process is. */
static int me(void)
{
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    printf("securebits=%d\nuid=%d\neuid=%d\n", prctl(PR_GET_SECUREBITS), getuid(), geteuid());
    while (status && fgets(line, sizeof line, status)) {
        if (!strncmp(line, "Cap", 3) || !strncmp(line, "NoNewPrivs", 10) || !strncmp(line, "Seccomp:", 8)) {
            fputs(line, stdout);
        }
    }
    return 0;
}

/* Types into the terminal that is descriptor 0, after trying to make it this session's. */
static int type(const char *keys)
{
    setsid();
    tell("TIOCSCTTY", ioctl(0, TIOCSCTTY, 0));
    tell("TIOCSCTTY-steal", ioctl(0, TIOCSCTTY, 1));
    tell("reopen", open("/proc/self/fd/0", O_RDWR));
    for (; *keys; keys++) {
        tell("TIOCSTI", ioctl(0, TIOCSTI, keys));
        tell("TIOCSTI-wide", syscall(SYS_ioctl, 0, TIOCSTI | 1L << 32, keys));
    }
    return 0;
}

/* Opens a running program for writing in each way, and damages it when it can. */
static int overwrite(const char *path)
{
    int direct = open(path, O_WRONLY);
    int found = open(path, O_PATH);
    char again[64];
    tell("write", direct);
    tell("append", open(path, O_WRONLY | O_APPEND));
    tell("truncate", truncate(path, 0));
    tell("find", found);
    snprintf(again, sizeof again, "/proc/self/fd/%d", found);
    int reopened = open(again, O_WRONLY);
    for (int i = 0; i < 200 && reopened < 0 && errno == ETXTBSY; i++) {
        usleep(10000);
        reopened = open(again, O_WRONLY);
    }
    tell("reopen", reopened);
    tell("damage", write(reopened, "damaged", 7));
    return 0;
}

/* Tries to overwrite every program called rustyrun or java that any process in sight is, until its standard input ends. */
static int hunt(void)
{
    char path[64], program[256];
    int found = 0, damaged = 0;
    struct pollfd end = {STDIN_FILENO, POLLIN, 0};
    printf("hunting\n");
    fflush(stdout);
    while (poll(&end, 1, 0) == 0) {
        for (int pid = 1; pid < 64; pid++) {
            snprintf(path, sizeof path, "/proc/%d/exe", pid);
            ssize_t length = readlink(path, program, sizeof program - 1);
            program[length < 0 ? 0 : length] = 0;
            if (strstr(program, "/memfd:")) {
                /* The small program, which is no file of the host's. */
                found++;
                continue;
            }
            /* "/" is the program of a mount that is attached nowhere. */
            if (!strstr(program, "/rustyrun") && !strstr(program, "/java") && strcmp(program, "/")) {
                continue;
            }
            int open_path = open(path, O_PATH);
            snprintf(path, sizeof path, "/proc/self/fd/%d", open_path);
            for (int i = 0; open_path >= 0 && i < 100; i++) {
                int writable = open(path, O_WRONLY);
                if (writable >= 0) {
                    damaged += write(writable, "damaged", 7) == 7;
                    close(writable);
                } else if (errno != ETXTBSY) {
                    break;
                }
                usleep(1000);
            }
            found += open_path >= 0;
            close(open_path);
        }
    }
    printf("found=%d\ndamaged=%d\n", found, damaged);
    return 0;
}

/* Exchanges two names until it is killed. */
static int swap(const char *one, const char *other)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    printf("swapping\n");
    fflush(stdout);
    for (;;) {
        if (syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2 /* RENAME_EXCHANGE */)) {
            tell("swap", -1);
            return 1;
        }
    }
}

/* Gives a file every capability as inheritable: it grants those that its starter has inheritable too. */
static int give_inheritable(const char *path)
{
    struct vfs_cap_data data = {.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE};
    data.data[0].inheritable = 0xffffffff;
    data.data[1].inheritable = 0x1ff;
    tell("give-inheritable", setxattr(path, "security.capability", &data, sizeof data, 0));
    return 0;
}

/* Reads a file of a process whole, as far as it fits; its length. */
static ssize_t slurp(int pid, const char *name, char *text, size_t room)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY);
    ssize_t length = 0, got = 0;
    while (fd >= 0 && (got = read(fd, text + length, room - 1 - length)) > 0) {
        length += got;
    }
    close(fd);
    for (ssize_t i = 0; i < length; i++) {
        text[i] = text[i] ? text[i] : ' ';
    }
    text[length] = 0;
    return length;
}

static unsigned long long field(const char *status, const char *name, int base)
{
    const char *at = strstr(status, name);
    return at ? strtoull(at + strlen(name), NULL, base) : 0;
}

static int seen, rooted, attached, stronger, told, remembered;

/* Whether a process is one of the runtime's, by what it executes. */
static int is_stage(int pid)
{
    char path[64], program[256];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    ssize_t length = readlink(path, program, sizeof program - 1);
    program[length < 0 ? 0 : length] = 0;
    return strstr(program, "rustyrun") || strstr(program, "/java") || strstr(program, "/memfd:")
            || !strcmp(program, "/");
}

/* Whether a text is in what can be written of a process's memory, as far as that can be read. */
static int remembers(int pid, const char *needle)
{
    static char block[1 << 16], maps[1 << 16];
    char path[64];
    unsigned long from, to;
    int found = 0;
    slurp(pid, "maps", maps, sizeof maps);
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    int memory = open(path, O_RDONLY);
    for (char *line = maps; memory >= 0 && line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : 0) {
        char flags[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, flags) != 3 || flags[1] != 'w') {
            continue;
        }
        for (unsigned long at = from; at < to && !found; at += sizeof block - 256) {
            ssize_t got = pread(memory, block, to - at < sizeof block ? to - at : sizeof block, at);
            if (got <= 0) {
                break;
            }
            found = memmem(block, got, needle, strlen(needle)) != NULL;
        }
    }
    close(memory);
    return found;
}

/*
 * What can be seen of a process, and whether it can be attached and is then more than we are; 0 when it is no stage any more
 * and need not be looked at again.
 */
static int examine(int pid, const char *marker, const char *needle)
{
    static char text[1 << 16], mine[1 << 12];
    static const char *files[] = {"mountinfo", "cmdline", "cgroup", "environ"};
    char path[512];
    snprintf(path, sizeof path, "/proc/%d/root%s", pid, marker);
    int fd = open(path, O_RDONLY);
    if (fd >= 0) {
        rooted++;
        close(fd);
    }
    for (int i = 0; i < 4; i++) {
        if (slurp(pid, files[i], text, sizeof text) > 0 && strstr(text, needle)) {
            told++;
        }
    }
    if (is_stage(pid) && remembers(pid, "/rustyrun")) {
        remembered++;
    }
    if (ptrace(PTRACE_ATTACH, pid, 0, 0) == 0) {
        int status = 0;
        waitpid(pid, &status, __WALL);
        int stage = WIFSTOPPED(status) && is_stage(pid);
        if (stage) {
            attached++;
            slurp(pid, "status", text, sizeof text);
            slurp(getpid(), "status", mine, sizeof mine);
            if (field(text, "CapPrm:", 16) & ~field(mine, "CapPrm:", 16)
                    || field(text, "Seccomp:", 10) < field(mine, "Seccomp:", 10)) {
                stronger++;
            }
        }
        ptrace(PTRACE_DETACH, pid, 0, 0);
        /* Should it have stopped for something else first, it stops now. */
        kill(pid, SIGCONT);
        return stage;
    }
    return 1;
}

/* Watches every process that appears after this one, until standard input ends. */
static int watch(const char *marker, const char *needle)
{
    char path[64];
    int last = getpid();
    printf("watching\n");
    fflush(stdout);
    fcntl(0, F_SETFL, O_NONBLOCK);
    for (char byte; read(0, &byte, 1) != 0; ) {
        for (int pid = last + 1; pid < last + 16; pid++) {
            snprintf(path, sizeof path, "/proc/%d", pid);
            int new = 1;
            for (int times = 0; times < 100 && access(path, F_OK) == 0; times++) {
                seen += new;
                new = 0;
                times = examine(pid, marker, needle) ? times : 100;
                last = pid > last + 8 ? pid - 8 : last;
            }
            if (!new) {
                last = pid;
                break;
            }
        }
    }
    printf("seen=%d\nroot=%d\ntold=%d\nattached=%d\nstronger=%d\nremembered=%d\n", seen, rooted, told, attached,
            stronger, remembered);
    return 0;
}

/* Kills every process that appears after this one, until standard input ends. */
static int slay(void)
{
    int last = getpid(), slain = 0;
    printf("slaying\n");
    fflush(stdout);
    fcntl(0, F_SETFL, O_NONBLOCK);
    for (char byte; read(0, &byte, 1) != 0; ) {
        for (int pid = last + 1; pid < last + 16; pid++) {
            if (kill(pid, SIGKILL) == 0) {
                last = pid;
                slain++;
            }
        }
    }
    printf("slain=%d\n", slain);
    return 0;
}

static const char *needles[2];
static long hits, bytes_read;

/* Counts the needles in what was read, and names where they were. */
static void look(const char *where, const char *bytes, size_t length)
{
    bytes_read += length;
    for (int i = 0; i < 2; i++) {
        if (memmem(bytes, length, needles[i], strlen(needles[i]))) {
            printf("hit:%s has %s\n", where, needles[i]);
            hits++;
        }
    }
}

/* All memory of a process that can be read, mapping by mapping. */
static int search_memory(const char *directory)
{
    static char block[1 << 20];
    char path[64], line[512], flags[8];
    unsigned long from, to;
    int mappings = 0;
    snprintf(path, sizeof path, "%s/maps", directory);
    FILE *maps = fopen(path, "r");
    snprintf(path, sizeof path, "%s/mem", directory);
    int memory = open(path, O_RDONLY);
    tell("memory", memory);
    while (maps && fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, flags) != 3) {
            continue;
        }
        ssize_t got;
        mappings++;
        /* Blocks overlap, so that none cuts a needle. */
        for (unsigned long at = from; at < to; at += got > 256 && at + got < to ? got - 256 : got) {
            size_t room = to - at < sizeof block ? to - at : sizeof block;
            got = pread(memory, block, room, at);
            if (got <= 0) {
                break;
            }
            look("memory", block, got);
        }
    }
    return mappings;
}

/* All files and links in a directory of /proc but those that describe mounts, which are as in every process. */
static void search_files(const char *directory, int depth)
{
    static char text[1 << 20];
    static const char *others[] = {"mountinfo", "mounts", "mountstats", "mem", "pagemap", ".", ".."};
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries && (entry = readdir(entries)); ) {
        char path[512];
        int skipped = 0;
        for (int i = 0; i < 7; i++) {
            skipped |= !strcmp(entry->d_name, others[i]);
        }
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (skipped) {
            continue;
        }
        if (entry->d_type == DT_DIR) {
            if (depth < 3) {
                search_files(path, depth + 1);
            }
            continue;
        }
        ssize_t length = 0, got;
        if (entry->d_type == DT_LNK) {
            char own[300], target[512];
            length = readlink(path, text, sizeof text);
            snprintf(own, sizeof own, "/proc/self/fd/%s", entry->d_name);
            /* What standard input, output and error are is the caller's choice. */
            if (entry->d_name[0] >= '0' && entry->d_name[0] <= '2' && !entry->d_name[1]
                    && readlink(own, target, sizeof target) == length && !memcmp(text, target, length)) {
                continue;
            }
        } else {
            int fd = open(path, O_RDONLY | O_NONBLOCK);
            while (fd >= 0 && length < (ssize_t) sizeof text
                    && (got = read(fd, text + length, sizeof text - length)) > 0) {
                length += got;
            }
            close(fd);
        }
        look(path, text, length > 0 ? length : 0);
    }
    closedir(entries);
}

/* Looks for two texts in all that can be read of a process. */
static int search(const char *pid, const char *needle, const char *other)
{
    static char mine[1 << 16], its[1 << 16];
    char directory[32], path[64], program[256];
    snprintf(directory, sizeof directory, "/proc/%s", pid);
    snprintf(path, sizeof path, "%s/exe", directory);
    ssize_t length = readlink(path, program, sizeof program - 1);
    program[length < 0 ? 0 : length] = 0;
    needles[0] = needle;
    needles[1] = other;
    int mappings = search_memory(directory);
    printf("mappings=%d\nread=%ld\n", mappings, bytes_read);
    bytes_read = 0;
    search_files(directory, 0);
    slurp(getpid(), "mountinfo", mine, sizeof mine);
    slurp(atoi(pid), "mountinfo", its, sizeof its);
    printf("files=%ld\nmounts=%s\n", bytes_read, strcmp(mine, its) ? "other" : "same");
    slurp(getpid(), "status", mine, sizeof mine);
    slurp(atoi(pid), "status", its, sizeof its);
    printf("stronger=%d\n", field(its, "CapPrm:", 16) & ~field(mine, "CapPrm:", 16)
            || field(its, "Seccomp:", 10) < field(mine, "Seccomp:", 10)
            || field(its, "NoNewPrivs:", 10) < field(mine, "NoNewPrivs:", 10));
    slurp(atoi(pid), "cmdline", its, sizeof its);
    printf("exe=%s\ncmdline=%s\nhits=%ld\n", program, its, hits);
    return 0;
}

static long send_by(int family, int type, int protocol, const struct sockaddr *to, socklen_t length)
{
    static const char ping[] = {8, 0, (char) 0xf7, (char) 0xff, 0, 0, 0, 0};
    int one = 1, fd = socket(family, type, protocol);
    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof one);
    return sendto(fd, ping, sizeof ping, 0, to, length);
}

/* Datagrams and packets to the port of both addresses, in every way that there is. */
static int datagrams(const char *four, const char *six, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in all = to, group = to;
    struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_ll frame = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_halen = 6};
    inet_pton(AF_INET, four, &to.sin_addr);
    inet_pton(AF_INET6, six, &to6.sin6_addr);
    inet_pton(AF_INET, "255.255.255.255", &all.sin_addr);
    inet_pton(AF_INET, "224.0.0.251", &group.sin_addr);
    memset(frame.sll_addr, 0xff, 6);
#define SEND(name, family, type, protocol, address) \
        TRY(name, send_by(family, type, protocol, (struct sockaddr *) &address, sizeof address))
    SEND("udp", AF_INET, SOCK_DGRAM, 0, to);
    SEND("udp6", AF_INET6, SOCK_DGRAM, 0, to6);
    SEND("udp-broadcast", AF_INET, SOCK_DGRAM, 0, all);
    SEND("udp-multicast", AF_INET, SOCK_DGRAM, 0, group);
    SEND("udplite", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, to);
    SEND("ping", AF_INET, SOCK_DGRAM, IPPROTO_ICMP, to);
    SEND("raw-icmp", AF_INET, SOCK_RAW, IPPROTO_ICMP, to);
    to6.sin6_port = 0;
    SEND("raw-icmp6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, to6);
    SEND("raw-ip", AF_INET, SOCK_RAW, IPPROTO_RAW, to);
    for (frame.sll_ifindex = 1; frame.sll_ifindex < 8; frame.sll_ifindex++) {
        char name[IF_NAMESIZE], what[64];
        if (if_indextoname(frame.sll_ifindex, name) && strcmp(name, "lo")) {
            snprintf(what, sizeof what, "packet-%s", name);
            SEND(what, AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP), frame);
        }
    }
    SEND("packet-none", AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP), frame);
    return 0;
}

/* Whether the process can be attached. */
static int attach(int pid)
{
    tell("attach", ptrace(PTRACE_ATTACH, pid, 0, 0));
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "calls")) {
        return calls();
    } else if (!strcmp(what, "me")) {
        return me();
    } else if (!strcmp(what, "type") && argc == 3) {
        return type(argv[2]);
    } else if (!strcmp(what, "overwrite") && argc == 3) {
        return overwrite(argv[2]);
    } else if (!strcmp(what, "hunt")) {
        return hunt();
    } else if (!strcmp(what, "slay")) {
        return slay();
    } else if (!strcmp(what, "watch") && argc == 4) {
        return watch(argv[2], argv[3]);
    } else if (!strcmp(what, "search") && argc == 5) {
        return search(argv[2], argv[3], argv[4]);
    } else if (!strcmp(what, "datagrams") && argc == 5) {
        return datagrams(argv[2], argv[3], atoi(argv[4]));
    } else if (!strcmp(what, "attach") && argc == 3) {
        return attach(atoi(argv[2]));
    } else if (!strcmp(what, "swap") && argc == 4) {
        return swap(argv[2], argv[3]);
    } else if (!strcmp(what, "give-inheritable") && argc == 3) {
        return give_inheritable(argv[2]);
    }
    fprintf(stderr, "attempts: what?\n");
    return 2;
}
