package dev.rustyrun.doctor;

import dev.rustyrun.linux.ProbedCall;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A fake machine: an ordinary Debian 12 on which everything works, until a test removes something. */
final class FakeMachine implements Machine {

    static final long ALL_CAPABILITIES = 0x1ffffffffffL;

    private final Map<String, String> files = new HashMap<>();
    private final Set<String> notWritable = new HashSet<>();
    private final Map<ProbedCall, Integer> errors = new EnumMap<>(ProbedCall.class);
    private final Set<String> withMoreRights = new HashSet<>();
    private final Set<Integer> missingActions = new HashSet<>();
    private int unshareError;
    private int mapError;
    private Trial trial = new Trial.Done();
    private Optional<String> libseccomp = Optional.of("2.5.4");
    private boolean isNative = true;

    private FakeMachine() {
        with("/proc/sys/kernel/osrelease", "6.1.0-13-amd64\n");
        for (String namespace : "mnt uts ipc pid net cgroup time user".split(" ")) {
            with("/proc/self/ns/" + namespace, "");
            with("/proc/sys/user/max_" + namespace + "_namespaces", "31000\n");
        }
        with("/proc/filesystems", "nodev\tproc\nnodev\toverlay\n\text4\n");
        with("/proc/self/uid_map", "         0          0 4294967295\n");
        with("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\njane:x:1000:1000::/home/jane:/bin/sh\n");
        with("/etc/subuid", "jane:100000:65536\n").with("/etc/subgid", "jane:100000:65536\n");
        with("/usr/bin/newuidmap", "").with("/usr/bin/newgidmap", "");
        withMoreRights.addAll(Set.of("/usr/bin/newuidmap", "/usr/bin/newgidmap"));
        with("/dev/ptmx", "")
                .with("/usr/bin/pasta", "")
                .with("/dev/net/tun", "")
                .with("/etc/resolv.conf", "# made by hand\nnameserver 192.0.2.53\n")
                .with("/tmp", "");
        with("/sys/kernel/security/lsm", "lockdown,capability,yama,apparmor");
        mounts(
                "25 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw",
                "26 25 0:5 / /proc rw - proc proc rw",
                "27 25 0:6 / /dev/pts rw - devpts devpts rw");
    }

    static FakeMachine asRoot() {
        return new FakeMachine().as(0, ALL_CAPABILITIES, 0).pureV2("/init.scope");
    }

    static FakeMachine asJane() {
        return new FakeMachine()
                .as(1000, 0, 0)
                .pureV2("/user.slice/user-1000.slice/user@1000.service/app.slice/run.scope");
    }

    FakeMachine as(int uid, long capabilities, int seccompMode) {
        return with(
                "/proc/self/status",
                String.format(
                        "Name:\tx\nUid:\t%d\t%d\t%d\t%d\nCapEff:\t%016x\n" + "NoNewPrivs:\t0\nSeccomp:\t%d\n",
                        uid, uid, uid, uid, capabilities, seccompMode));
    }

    FakeMachine pureV2(String cgroup) {
        with("/proc/self/cgroup", "0::" + cgroup + "\n");
        with("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
        with("/sys/fs/cgroup" + cgroup, "");
        with("/sys/fs/cgroup" + cgroup + "/cgroup.controllers", "cpuset cpu io memory pids\n");
        return addMounts("28 25 0:7 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
    }

    FakeMachine with(String path, String text) {
        files.put(path, text);
        return this;
    }

    FakeMachine without(String path) {
        files.remove(path);
        return this;
    }

    FakeMachine mounts(String... lines) {
        return with("/proc/self/mountinfo", String.join("\n", lines) + "\n");
    }

    FakeMachine addMounts(String... lines) {
        return with("/proc/self/mountinfo", files.get("/proc/self/mountinfo") + String.join("\n", lines) + "\n");
    }

    FakeMachine notWritable(String path) {
        notWritable.add(path);
        return this;
    }

    FakeMachine withoutMoreRights(String path) {
        withMoreRights.remove(path);
        return this;
    }

    FakeMachine failing(ProbedCall call, int errno) {
        errors.put(call, errno);
        return this;
    }

    FakeMachine failingUnshare(int errno) {
        unshareError = errno;
        return this;
    }

    FakeMachine failingToMapIds(int errno) {
        mapError = errno;
        return this;
    }

    FakeMachine trial(Trial result) {
        trial = result;
        return this;
    }

    FakeMachine withoutSeccompAction(int action) {
        missingActions.add(action);
        return this;
    }

    FakeMachine withoutLibseccomp() {
        libseccomp = Optional.empty();
        return this;
    }

    FakeMachine onJvm() {
        isNative = false;
        return this;
    }

    @Override
    public Optional<String> text(String path) {
        return Optional.ofNullable(files.get(path));
    }

    @Override
    public String path() {
        return "/usr/local/bin:/usr/bin";
    }

    @Override
    public boolean exists(String path) {
        return files.containsKey(path);
    }

    @Override
    public boolean mayWrite(String path) {
        return !notWritable.contains(path);
    }

    @Override
    public boolean raisesRights(String path) {
        return withMoreRights.contains(path);
    }

    @Override
    public int unshare(int flags) {
        return unshareError;
    }

    @Override
    public Trial inUserNamespace(String options, String... command) {
        return trial;
    }

    @Override
    public int mapIds(String folder) {
        return mapError;
    }

    @Override
    public String rootfsFolder() {
        return "/images";
    }

    @Override
    public int errnoOf(ProbedCall call) {
        return errors.getOrDefault(call, dev.rustyrun.linux.Errno.EINVAL);
    }

    @Override
    public boolean hasSeccompAction(int action) {
        return !missingActions.contains(action);
    }

    @Override
    public Optional<String> libseccomp() {
        return libseccomp;
    }

    @Override
    public boolean isNative() {
        return isNative;
    }

    @Override
    public String temporaryFolder() {
        return "/tmp";
    }
}
