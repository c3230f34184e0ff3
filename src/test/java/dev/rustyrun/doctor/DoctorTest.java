package dev.rustyrun.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.ProbedCall;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The doctor's findings on fake machines, and in particular its advice. */
class DoctorTest {

    private static final Trial EPERM = new Trial.Refused("unshare: unshare failed: Operation not permitted");
    private static final Trial NOT_TRIED = new Trial.NotTried("unshare(1) of util-linux is not installed");

    private static List<Finding> examine(Machine machine) {
        return new Doctor(machine).examine();
    }

    private static Finding find(Machine machine, String group, String name) {
        return examine(machine).stream()
                .filter(f -> f.group().equals(group) && f.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void expect(Machine machine, String group, String name, Level level, String fact, String advice) {
        Finding finding = find(machine, group, name);
        assertEquals(level, finding.level(), finding.toString());
        assertTrue(finding.fact().contains(fact), finding.toString());
        assertTrue(finding.advice().contains(advice), finding.toString());
    }

    private static List<Finding> notOk(Machine machine) {
        return examine(machine).stream().filter(f -> f.level() != Level.OK).toList();
    }

    private static boolean usable(Machine machine) {
        return Doctor.usable(examine(machine));
    }

    @Test
    void a_good_machine_lacks_only_features_of_its_kernel() {
        FakeMachine machine = FakeMachine.asRoot();
        assertEquals(
                List.of("id-mapped mounts"),
                notOk(machine).stream().map(Finding::name).toList());
        assertEquals(List.of(), notOk(machine.with("/proc/sys/kernel/osrelease", "6.3.0")));
    }

    @Test
    void an_ordinary_user_of_a_good_machine_can_run_containers_but_misses_three_capabilities() {
        FakeMachine machine = FakeMachine.asJane().with("/proc/sys/kernel/osrelease", "6.3.0");
        assertEquals(
                List.of("CAP_NET_ADMIN", "CAP_MKNOD", "CAP_SYS_RESOURCE"),
                notOk(machine).stream().map(Finding::name).toList());
        assertTrue(usable(machine));
    }

    @Test
    void each_finding_is_one_line_and_a_problem_says_what_to_do() {
        for (FakeMachine machine : List.of(
                FakeMachine.asJane().mounts().trial(EPERM).onJvm().withoutLibseccomp(),
                FakeMachine.asRoot()
                        .with("/proc/sys/kernel/osrelease", "4.18.0")
                        .without("/proc/filesystems"))) {
            for (Finding finding : examine(machine)) {
                assertEquals(finding.level() == Level.OK, finding.advice().isEmpty(), finding.toString());
                assertFalse((finding.fact() + finding.advice()).contains("\n"), finding.toString());
                assertFalse(finding.fact().isEmpty(), finding.toString());
            }
        }
    }

    @Test
    void debian_with_user_namespaces_off_names_the_sysctl() {
        FakeMachine off = FakeMachine.asJane()
                .with("/proc/sys/kernel/unprivileged_userns_clone", "0\n")
                .trial(EPERM);
        expect(
                off,
                "user namespaces",
                "kernel.unprivileged_userns_clone",
                Level.FAIL,
                "only root",
                "sysctl -w kernel.unprivileged_userns_clone=1");
        expect(off, "user namespaces", "user", Level.FAIL, "Operation not permitted", "see the findings above");
        expect(off, "namespaces", "pid", Level.FAIL, "Operation not permitted", "user namespaces");
        assertFalse(usable(off));
        expect(off.trial(NOT_TRIED), "user namespaces", "user", Level.FAIL, "forbidden by a setting", "above");
        FakeMachine root = FakeMachine.asRoot().with("/proc/sys/kernel/unprivileged_userns_clone", "0\n");
        expect(root, "user namespaces", "kernel.unprivileged_userns_clone", Level.WARN, "0", "=1");
        assertTrue(usable(root));
    }

    @Test
    void ubuntus_apparmor_restriction_is_named_even_when_unshare_itself_is_let_through() {
        FakeMachine ubuntu = FakeMachine.asJane()
                .with("/proc/self/attr/current", "unconfined\n")
                .with("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
        expect(
                ubuntu,
                "user namespaces",
                "AppArmor",
                Level.FAIL,
                "kernel.apparmor_restrict_unprivileged_userns is 1",
                "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
        expect(ubuntu, "user namespaces", "AppArmor", Level.FAIL, "profile", "userns,");
        assertFalse(usable(ubuntu));
        ubuntu.with("/proc/self/attr/current", "rustyrun (unconfined)\n");
        expect(ubuntu, "user namespaces", "AppArmor", Level.OK, "rustyrun (unconfined)", "");
    }

    @Test
    void limits_of_namespaces_that_are_zero_are_named() {
        expect(
                FakeMachine.asJane().with("/proc/sys/user/max_user_namespaces", "0"),
                "user namespaces",
                "user.max_user_namespaces",
                Level.FAIL,
                "0",
                "sysctl -w user.max_user_namespaces=10000");
        expect(
                FakeMachine.asRoot().with("/proc/sys/user/max_net_namespaces", "0"),
                "namespaces",
                "net",
                Level.FAIL,
                "user.max_net_namespaces is 0",
                "sysctl -w user.max_net_namespaces=10000");
        expect(
                FakeMachine.asRoot().failingUnshare(Errno.ENOSPC),
                "namespaces",
                "uts",
                Level.FAIL,
                "ENOSPC",
                "sysctl user.max_uts_namespaces");
    }

    @Test
    void a_kernel_without_a_namespace_names_its_option() {
        expect(
                FakeMachine.asRoot().without("/proc/self/ns/time"),
                "namespaces",
                "time",
                Level.WARN,
                "not in this kernel",
                "CONFIG_TIME_NS");
        expect(
                FakeMachine.asRoot().without("/proc/self/ns/net"),
                "namespaces",
                "net",
                Level.FAIL,
                "not in this kernel",
                "CONFIG_NET_NS");
        expect(
                FakeMachine.asJane().without("/proc/self/ns/user"),
                "user namespaces",
                "user",
                Level.FAIL,
                "not in",
                "CONFIG_USER_NS");
    }

    @Test
    void without_unshare_of_util_linux_the_settings_decide() {
        FakeMachine machine = FakeMachine.asJane().trial(NOT_TRIED);
        expect(machine, "user namespaces", "user", Level.WARN, "no setting forbids them; not tried", "util-linux");
        expect(machine, "namespaces", "pid", Level.WARN, "not tried", "util-linux");
        assertTrue(usable(machine));
        expect(
                machine.trial(new Trial.Refused("unshare: invalid option -- 'T'")),
                "namespaces",
                "time",
                Level.WARN,
                "not tried",
                "util-linux 2.36");
    }

    @Test
    void a_chroot_is_reported_with_advice() {
        FakeMachine machine = FakeMachine.asJane()
                .mounts("26 25 0:5 / /proc rw - proc proc rw")
                .trial(EPERM);
        expect(machine, "user namespaces", "chroot", Level.FAIL, "this is a chroot", "outside it");
        expect(machine, "mounts", "root", Level.FAIL, "not a mount point", "mount --rbind DIR DIR");
    }

    @Test
    void the_error_in_a_container_without_privileges_says_how_to_start_it() {
        FakeMachine container = FakeMachine.asRoot()
                .as(0, 0xa80425fbL, 2)
                .failingUnshare(Errno.EPERM)
                .trial(EPERM)
                .failing(ProbedCall.MOUNT_SETATTR, Errno.EPERM)
                .failing(ProbedCall.MOVE_MOUNT, Errno.EPERM)
                .failing(ProbedCall.CLONE3, Errno.ENOSYS)
                .mounts(
                        "25 1 0:9 / / rw - overlay overlay rw",
                        "26 25 0:5 / /proc rw - proc proc rw",
                        "27 26 0:5 /sys /proc/sys ro - proc proc rw",
                        "28 25 0:7 / /sys/fs/cgroup ro - cgroup2 cgroup rw",
                        "29 25 0:8 / /dev/pts rw - devpts devpts rw");
        expect(container, "namespaces", "mnt", Level.FAIL, "EPERM", "docker run --privileged");
        expect(container, "namespaces", "mnt", Level.FAIL, "EPERM", "securityContext.privileged: true");
        expect(
                container,
                "namespaces",
                "time",
                Level.WARN,
                "EPERM",
                "CAP_SYS_ADMIN is missing: docker run --privileged");
        expect(
                FakeMachine.asRoot().failingUnshare(Errno.EPERM),
                "namespaces",
                "uts",
                Level.FAIL,
                "EPERM",
                "a seccomp filter or security module of an outer container");
        expect(container, "kernel", "mount_setattr", Level.FAIL, "EPERM", "--security-opt seccomp=unconfined");
        expect(container, "kernel", "clone3", Level.WARN, "ENOSYS", "seccomp filter around this process");
        expect(container, "kernel", "move_mount", Level.OK, "available", "");
        expect(container, "user namespaces", "outer seccomp filter", Level.WARN, "active", "seccompProfile");
        expect(
                container,
                "capabilities",
                "CAP_SYS_ADMIN",
                Level.FAIL,
                "no namespaces and no mounts",
                "--cap-add SYS_ADMIN");
        expect(
                container,
                "capabilities",
                "CAP_SYS_RESOURCE",
                Level.WARN,
                "negative oomScoreAdj",
                "--cap-add SYS_RESOURCE");
        expect(container, "capabilities", "CAP_MKNOD", Level.OK, "held", "");
        expect(container, "mounts", "proc in a user namespace", Level.WARN, "/proc/sys", "systempaths=unconfined");
        expect(container, "cgroup", "delegation", Level.WARN, "read-only", "--cgroupns=private");
        assertFalse(usable(container));
        expect(
                container.with("/proc/self/uid_map", "0 1000 1\n"),
                "mounts",
                "proc in a user namespace",
                Level.FAIL,
                "impossible",
                "unmask=ALL");
        expect(
                container.trial(new Trial.Done()),
                "user namespaces",
                "outer seccomp filter",
                Level.OK,
                "allows them",
                "");
    }

    @Test
    void sub_ids_of_the_user_by_name_or_number_and_the_programs_that_map_them() {
        FakeMachine none =
                FakeMachine.asJane().with("/etc/subuid", "john:100000:65536\n").without("/etc/subgid");
        expect(none, "sub-ids", "/etc/subuid", Level.WARN, "none for jane", "usermod --add-subuids 100000-165535 jane");
        expect(none, "sub-ids", "/etc/subgid", Level.WARN, "none for jane", "usermod --add-subgids 100000-165535 jane");
        assertTrue(usable(none), "a container with one user is still a container");
        FakeMachine some = FakeMachine.asJane().with("/etc/subuid", "1000:100000:1000\njane:300000:500\n");
        expect(some, "sub-ids", "/etc/subuid", Level.WARN, "only 1500 ids", "--add-subuids");
        expect(FakeMachine.asJane(), "sub-ids", "/etc/subuid", Level.OK, "65536 ids for jane", "");
        expect(
                FakeMachine.asJane().without("/usr/bin/newuidmap"),
                "sub-ids",
                "newuidmap",
                Level.WARN,
                "not installed",
                "apt install uidmap");
        expect(
                FakeMachine.asJane().withoutMoreRights("/usr/bin/newgidmap"),
                "sub-ids",
                "newgidmap",
                Level.WARN,
                "neither setuid nor has file capabilities",
                "chmod u+s /usr/bin/newgidmap");
        expect(
                FakeMachine.asJane().with("/proc/self/status", "Uid:\t1000\t1000\nNoNewPrivs:\t1\n"),
                "sub-ids",
                "newuidmap",
                Level.WARN,
                "no_new_privs",
                "allowPrivilegeEscalation");
        expect(FakeMachine.asRoot().without("/etc/subuid"), "sub-ids", "/etc/subuid", Level.OK, "not needed", "");
    }

    @Test
    void cgroup_v2_and_its_delegation() {
        FakeMachine jane = FakeMachine.asJane();
        String own = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/run.scope";
        expect(jane, "cgroup", "version", Level.OK, "v2 on /sys/fs/cgroup", "");
        expect(jane, "cgroup", "controllers", Level.OK, "cpu cpuset io memory pids", "");
        expect(jane, "cgroup", "delegation", Level.OK, own, "");
        expect(
                jane.with(own + "/cgroup.controllers", "memory pids\n"),
                "cgroup",
                "delegation",
                Level.WARN,
                "without cpu, cpuset, io",
                "user@.service.d/delegate.conf");
        expect(
                jane.notWritable(own),
                "cgroup",
                "delegation",
                Level.WARN,
                "is not this user's",
                "systemd-run --user --scope -p Delegate=yes");
        expect(
                FakeMachine.asRoot(),
                "cgroup",
                "delegation",
                Level.OK,
                "may make cgroups in /sys/fs/cgroup/init.scope",
                "");
        expect(
                FakeMachine.asRoot().with("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids\n"),
                "cgroup",
                "controllers",
                Level.WARN,
                "no limits of memory",
                "cgroup_enable=memory");
    }

    @Test
    void cgroups_that_systemd_makes() {
        expect(FakeMachine.asRoot(), "cgroup", "systemd", Level.OK, "does not run here", "");
        FakeMachine booted = FakeMachine.asRoot().with("/run/systemd/system", "");
        expect(booted, "cgroup", "systemd", Level.WARN, "cannot be reached", "mount the host's /run/systemd");
        expect(booted.with("/run/systemd/private", ""), "cgroup", "systemd", Level.OK, "/run/systemd/private", "");
        FakeMachine jane = FakeMachine.asJane().with("/run/systemd/system", "");
        expect(jane, "cgroup", "systemd", Level.WARN, "cannot be reached", "enable-linger");
        expect(jane.with("/run/user/1000/bus", ""), "cgroup", "systemd", Level.OK, "/run/user/1000/bus", "");
        expect(
                jane.mounts("31 25 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu"),
                "cgroup",
                "systemd",
                Level.WARN,
                "as there is cgroup v1",
                "systemd.unified_cgroup_hierarchy=1");
    }

    @Test
    void cgroup_v1_hybrid_and_none() {
        String root = "25 1 8:1 / / rw - ext4 /dev/sda1 rw";
        String[] hybrid = {
            root,
            "31 25 0:31 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
            "32 25 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
            "33 25 0:33 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids",
            "34 25 0:34 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio",
            "35 25 0:35 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset",
            "36 25 0:36 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw"
        };
        FakeMachine machine = FakeMachine.asRoot().mounts(hybrid);
        expect(
                machine,
                "cgroup",
                "version",
                Level.OK,
                "hybrid, v1 controllers in /sys/fs/cgroup, v2 on /sys/fs/cgroup/unified",
                "");
        expect(machine, "cgroup", "controllers", Level.OK, "cpu cpuset io memory pids", "");
        expect(machine, "cgroup", "delegation", Level.OK, "/sys/fs/cgroup/pids", "");
        expect(
                FakeMachine.asJane().mounts(hybrid),
                "cgroup",
                "delegation",
                Level.WARN,
                "root's alone",
                "systemd.unified_cgroup_hierarchy=1");
        expect(
                FakeMachine.asRoot().mounts(hybrid[0], hybrid[3]),
                "cgroup",
                "version",
                Level.OK,
                "v1 in /sys/fs/cgroup",
                "");
        expect(
                FakeMachine.asRoot().mounts(root),
                "cgroup",
                "version",
                Level.WARN,
                "none mounted",
                "mount -t cgroup2 cgroup2 /sys/fs/cgroup");
        expect(FakeMachine.asRoot().mounts(root), "cgroup", "controllers", Level.WARN, "none", "boot a kernel");
        expect(FakeMachine.asRoot().mounts(root), "cgroup", "delegation", Level.WARN, "no cgroup", "see version");
    }

    @Test
    void an_old_kernel_cannot_run_containers_and_says_what_it_lacks() {
        FakeMachine old = FakeMachine.asRoot().with("/proc/sys/kernel/osrelease", "4.18.0-513.el8.x86_64\n");
        for (ProbedCall call : ProbedCall.values()) {
            old.failing(call, Errno.ENOSYS);
        }
        expect(old, "kernel", "version", Level.FAIL, "4.18.0-513.el8.x86_64, too old", "boot Linux 5.12 or newer");
        expect(old, "kernel", "openat2", Level.FAIL, "not in this kernel", "boot Linux 5.6 or newer");
        expect(old, "kernel", "mount_setattr", Level.FAIL, "not in this kernel", "boot Linux 5.12 or newer");
        expect(old, "kernel", "pidfd_open", Level.WARN, "not in this kernel", "boot Linux 5.3 or newer");
        expect(old, "kernel", "id-mapped mounts", Level.WARN, "none", "6.3");
        expect(old, "kernel", "cgroup.kill", Level.WARN, "one by one", "5.14");
        expect(old, "mounts", "overlay in a user namespace", Level.WARN, "not in this kernel", "5.11");
        assertFalse(usable(old));
    }

    @Test
    void overlay_is_loaded_or_booted() {
        FakeMachine machine = FakeMachine.asRoot().with("/proc/filesystems", "nodev\tproc\n");
        expect(machine, "mounts", "overlay", Level.WARN, "not in this kernel", "CONFIG_OVERLAY_FS");
        expect(machine, "mounts", "overlay in a user namespace", Level.WARN, "no overlay", "see overlay");
        expect(
                machine.with("/lib/modules/6.1.0-13-amd64/kernel/fs/overlayfs", ""),
                "mounts",
                "overlay",
                Level.WARN,
                "not loaded",
                "modprobe overlay");
        expect(
                FakeMachine.asJane().trial(EPERM),
                "mounts",
                "overlay in a user namespace",
                Level.WARN,
                "refused",
                "dmesg");
    }

    @Test
    void the_root_on_an_initramfs_gives_only_a_chroot() {
        expect(
                FakeMachine.asRoot().mounts("1 1 0:2 / / rw - rootfs rootfs rw"),
                "mounts",
                "root",
                Level.WARN,
                "pivot_root is impossible",
                "switch_root");
        expect(FakeMachine.asRoot(), "mounts", "root", Level.OK, "ext4, shared", "");
    }

    @Test
    void seccomp_its_library_and_the_security_modules() {
        expect(
                FakeMachine.asRoot().withoutSeccompAction(0x7fc00000),
                "seccomp",
                "kernel",
                Level.WARN,
                "without the actions " + "NOTIFY",
                "5.0");
        expect(
                FakeMachine.asRoot().withoutSeccompAction(0x7fff0000),
                "seccomp",
                "kernel",
                Level.WARN,
                "no filters",
                "CONFIG_SECCOMP_FILTER");
        expect(
                FakeMachine.asRoot().withoutLibseccomp(),
                "seccomp",
                "libseccomp",
                Level.WARN,
                "not found",
                "apt install libseccomp2");
        expect(FakeMachine.asRoot(), "security", "modules", Level.OK, "lockdown capability yama apparmor", "");
        expect(
                FakeMachine.asRoot().with("/sys/fs/selinux/enforce", "1"),
                "security",
                "modules",
                Level.OK,
                "SELinux",
                "");
    }

    @Test
    void a_jvm_runs_containers_for_root_only() {
        expect(FakeMachine.asRoot().onJvm(), "runtime", "rustyrun", Level.WARN, "on a JVM", "native executable");
        assertTrue(usable(FakeMachine.asRoot().onJvm()));
        expect(FakeMachine.asJane().onJvm(), "runtime", "rustyrun", Level.FAIL, "on a JVM", "native executable");
        assertFalse(usable(FakeMachine.asJane().onJvm()));
    }

    @Test
    void whether_containers_of_a_service_can_have_user_namespaces_of_their_own() {
        String check = "containers of serve";
        expect(FakeMachine.asRoot(), "user namespaces", check, Level.OK, "its own host ids", "");
        expect(FakeMachine.asJane(), "user namespaces", check, Level.OK, "this user is not root", "");
        expect(FakeMachine.asRoot().onJvm(), "user namespaces", check, Level.WARN, "a JVM", "native executable");
        Trial masked = new Trial.Refused("mount: /proc: permission denied.");
        expect(FakeMachine.asRoot().trial(masked), "user namespaces", check, Level.WARN, "/proc", "unmask=ALL");
        expect(FakeMachine.asRoot().trial(EPERM), "user namespaces", check, Level.WARN, "unshare", "other findings");
        expect(FakeMachine.asRoot().trial(NOT_TRIED), "user namespaces", check, Level.WARN, "not tried", "util-linux");
        expect(
                FakeMachine.asRoot().failingToMapIds(Errno.EINVAL),
                "user namespaces",
                check,
                Level.WARN,
                "the file system of /images cannot map ids",
                "RUSTYRUN_ROOTFS_FOLDER");
        expect(
                FakeMachine.asRoot().failingToMapIds(Errno.EPERM),
                "user namespaces",
                check,
                Level.WARN,
                "EPERM",
                "capabilities");
    }

    @Test
    void terminals_and_temporary_files() {
        expect(FakeMachine.asRoot().without("/dev/ptmx"), "runtime", "terminals", Level.WARN, "no /dev/ptmx", "ln -s");
        expect(FakeMachine.asRoot().mounts(), "runtime", "terminals", Level.WARN, "no devpts", "mount -t devpts");
        expect(
                FakeMachine.asRoot().notWritable("/tmp"),
                "runtime",
                "temporary files",
                Level.WARN,
                "/tmp",
                "chmod 1777 /tmp");
    }

    @Test
    void allowed_hosts_need_a_name_server_for_their_names() {
        expect(FakeMachine.asRoot(), "network", "--allow", Level.OK, "names resolved by nameserver 192.0.2.53", "");
        for (FakeMachine machine : List.of(
                FakeMachine.asRoot().without("/etc/resolv.conf"),
                FakeMachine.asRoot().with("/etc/resolv.conf", "search example.org\n"))) {
            expect(
                    machine,
                    "network",
                    "--allow",
                    Level.WARN,
                    "--allow by address only: /etc/resolv.conf has no nameserver",
                    "add a line: nameserver ADDRESS");
        }
    }

    @Test
    void a_cni_network_needs_plugins_and_a_configuration() {
        FakeMachine without = FakeMachine.asRoot();
        expect(without, "network", "--net cni", Level.OK, "no CNI plugins", "");
        FakeMachine plugins = FakeMachine.asRoot().with("/usr/lib/cni/bridge", "");
        expect(plugins, "network", "--net cni", Level.OK, "/usr/lib/cni, but no networks: missing /etc", "");
        FakeMachine networks = plugins.with("/etc/cni/net.d", "");
        expect(networks, "network", "--net cni", Level.OK, "/usr/lib/cni, networks in /etc/cni/net.d", "");
    }

    @Test
    void a_private_network_needs_pasta_and_its_device() {
        expect(FakeMachine.asRoot(), "network", "--net private", Level.OK, "/usr/bin/pasta", "");
        expect(
                FakeMachine.asRoot().without("/usr/bin/pasta"),
                "network",
                "--net private",
                Level.WARN,
                "pasta is not installed",
                "install the package passt");
        expect(
                FakeMachine.asRoot().without("/dev/net/tun"),
                "network",
                "--net private",
                Level.WARN,
                "/dev/net/tun does not exist",
                "modprobe tun");
        expect(
                FakeMachine.asRoot().notWritable("/dev/net/tun"),
                "network",
                "--net private",
                Level.WARN,
                "/dev/net/tun cannot be opened",
                "chmod 666 /dev/net/tun");
    }

    @Test
    void a_check_that_fails_is_a_warning_with_the_reason_and_other_checks_still_run() {
        FakeMachine machine =
                FakeMachine.asRoot().without("/proc/self/status").with("/proc/sys/kernel/osrelease", "strange");
        expect(machine, "namespaces", "pid", Level.WARN, "/proc/self/status cannot be read: is /proc mounted?", "bug");
        expect(machine, "kernel", "version", Level.WARN, "\"strange\" is not a kernel version", "bug");
        expect(machine, "seccomp", "libseccomp", Level.OK, "2.5.4", "");
    }
}
