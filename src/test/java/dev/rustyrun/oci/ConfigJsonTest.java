package dev.rustyrun.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.DeviceRule;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.Id;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.MemoryPolicy;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.RlimitType;
import dev.rustyrun.spec.Scheduling;
import dev.rustyrun.spec.SeccompSetting;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigJsonTest {

    private static final Path BUNDLE = Path.of("/bundle");
    private static final HostFeatures PLAIN = new HostFeatures(false, false, false, 027);
    private static final HostFeatures ALL = new HostFeatures(true, true, true, 022);

    /** A config.json with these additional members in process, at the top level and in linux. */
    private static String config(String process, String top, String linux) {
        return """
                {"ociVersion": "1.2.0", "root": {"path": "rootfs"},
                 "process": {"args": ["sh"], "cwd": "/" %s},
                 "linux": {"namespaces": [{"type": "mount"}, {"type": "uts"}] %s} %s}
                """.formatted(member(process), member(linux), member(top));
    }

    private static String member(String text) {
        return text.isEmpty() ? "" : ", " + text;
    }

    private static Spec parse(String process, String top, String linux) {
        return ConfigJson.read(config(process, top, linux), BUNDLE, PLAIN).spec();
    }

    private static LinuxSpec linux(String members) {
        return parse("", "", members).linux();
    }

    private static Resources resources(String members) {
        return linux("\"resources\": {" + members + "}").resources();
    }

    @Test
    void a_minimal_description_is_enough() {
        Spec spec = ConfigJson.parse(
                "{\"ociVersion\": \"1.0.0-rc1\", \"root\": {\"path\": \"/r\"}, \"linux\": {\"namespaces\":"
                        + " [{\"type\": \"mount\"}]}}",
                BUNDLE);
        assertFalse(spec.hasProcess());
        assertEquals(new Spec.Root("/r", false), spec.root());
        assertEquals(new SeccompSetting.Unconfined(), spec.linux().seccomp());
        assertEquals(Hooks.NONE, spec.hooks());
        SpecValidator.check(spec);
    }

    /** C26: ids are unsigned 32-bit numbers. */
    @Test
    void ids_are_as_wide_as_the_kernels() {
        Spec.User user = parse(
                        "\"user\": {\"uid\": 4294967294, \"gid\": 3000000000, \"additionalGids\": [4294967294]}",
                        "",
                        "")
                .process()
                .user();
        assertEquals(
                List.of(4294967294L, 3000000000L, 4294967294L),
                List.of(
                        Id.number(user.uid()),
                        Id.number(user.gid()),
                        Id.number(user.additionalGids().get(0))));
    }

    /** C26 and C37: engines without a notion of "unset" write 0, or -1 as an unsigned number. */
    @Test
    void numbers_that_engines_write_for_unset_mean_unset() {
        Resources resources = resources("""
                "memory": {"limit": 0, "reservation": 0, "swap": 0, "swappiness": 18446744073709551615},
                "cpu": {"shares": 18446744073709551615, "period": 18446744073709551615}""");
        assertEquals(Resources.Memory.NONE, resources.memory());
        assertEquals(Resources.Cpu.NONE, resources.cpu());
        assertEquals(
                Resources.UNLIMITED,
                resources("\"memory\": {\"limit\": 18446744073709551615}")
                        .memory()
                        .limit());
    }

    /** C10. */
    @Test
    void the_last_value_of_a_repeated_variable_counts() {
        assertEquals(
                List.of("A=2", "B="),
                parse("\"env\": [\"A=1\", \"B=\", \"A=2\"]", "", "").process().env());
    }

    @Test
    void a_process_is_read() {
        Spec.Process process = parse("""
                "terminal": true, "consoleSize": {"height": 24, "width": 80}, "env": ["A=b=c", "D="],
                "user": {"uid": 1, "gid": 2, "umask": 63, "additionalGids": [5, 6]},
                "capabilities": {"bounding": ["CAP_KILL", "CAP_BPF"], "permitted": ["CAP_KILL"], "effective": ["CAP_KILL"],
                  "inheritable": ["CAP_CHOWN"], "ambient": ["CAP_FOWNER"]},
                "rlimits": [{"type": "RLIMIT_CORE", "soft": 0, "hard": 18446744073709551615}], "noNewPrivileges": true,
                "oomScoreAdj": -5""", "", "").process();
        assertTrue(process.terminal() && process.noNewPrivileges());
        assertEquals(new Spec.ConsoleSize(24, 80), process.consoleSize());
        assertEquals(List.of("A=b=c", "D="), process.env());
        assertEquals(new Spec.User(1, 2, List.of(5, 6), 077), process.user());
        assertEquals(
                Set.of(Capability.CAP_KILL, Capability.CAP_BPF),
                process.capabilities().bounding());
        assertEquals(Set.of(Capability.CAP_FOWNER), process.capabilities().ambient());
        assertEquals(List.of(new Spec.Rlimit(RlimitType.RLIMIT_CORE, 0, Spec.Rlimit.UNLIMITED)), process.rlimits());
        assertEquals(-5, process.oomScoreAdj());
    }

    @Test
    void missing_fields_of_a_process_are_empty_or_inherited() {
        Spec.Process process = parse("", "", "").process();
        assertEquals(Spec.Capabilities.NONE, process.capabilities());
        assertEquals(new Spec.User(0, 0, List.of(), 027), process.user(), "the umask is the caller's");
        assertEquals(Spec.Process.INHERITED, process.oomScoreAdj());
        assertEquals(Scheduling.INHERITED, process.scheduling());
    }

    @Test
    void scheduling_is_read() {
        Spec spec = parse("""
                "scheduler": {"policy": "SCHED_FIFO", "priority": 3, "nice": -2, "flags": ["SCHED_FLAG_RESET_ON_FORK"]},
                "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 4},
                "execCPUAffinity": {"initial": "0-1, 3", "final": "2"}""", "", "");
        Scheduling scheduling = spec.process().scheduling();
        assertEquals(
                new Scheduling.Cpu(
                        true,
                        Scheduling.Policy.SCHED_FIFO,
                        -2,
                        3,
                        Set.of(Scheduling.Flag.SCHED_FLAG_RESET_ON_FORK),
                        0,
                        0,
                        0),
                scheduling.cpu());
        assertEquals(new Scheduling.IoPriority(Scheduling.IoClass.IOPRIO_CLASS_BE, 4), scheduling.ioPriority());
        assertEquals("0-1,3 2", scheduling.initialCpus() + " " + scheduling.finalCpus());
        SpecValidator.check(spec);
    }

    @Test
    void names_mounts_and_annotations_are_read_and_paths_are_relative_to_the_bundle() {
        Spec spec = parse("", """
                "hostname": "h", "domainname": "d", "annotations": {"a.b": "c"}, "unknown": {"x": [1]},
                "mounts": [{"destination": "/a", "type": "none", "source": "data", "options": ["rbind", "ro"]},
                  {"destination": "/t", "type": "tmpfs", "source": "tmpfs"},
                  {"destination": "/m", "type": "bind", "source": "/s", "options": ["bind", "idmap"],
                   "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 2}],
                   "gidMappings": [{"containerID": 0, "hostID": 4294967294, "size": 1}]}]""", "");
        assertEquals("h.d", spec.hostname() + "." + spec.domainname());
        assertEquals(Map.of("a.b", "c"), spec.annotations());
        assertEquals("/bundle/rootfs", spec.root().path());
        assertEquals(
                List.of(
                        new Spec.Mount("/a", "bind", "/bundle/data", List.of("rbind", "ro")),
                        new Spec.Mount("/t", "tmpfs", "tmpfs", List.of()),
                        new Spec.Mount(
                                "/m",
                                "bind",
                                "/s",
                                List.of("bind", "idmap"),
                                List.of(new IdMapping(0, 1000, 2)),
                                List.of(new IdMapping(0, 4294967294L, 1)))),
                spec.mounts());
    }

    @Test
    void C26_numbers_are_as_wide_as_the_specifications_types() {
        String most = "18446744073709551615";
        Spec spec = ConfigJson.read("""
                {"ociVersion": "1.2.0", "root": {"path": "/r"},
                 "process": {"args": ["x"], "cwd": "/", "user": {"uid": 4294967294, "gid": 4294967294,
                   "additionalGids": [4294967294], "umask": 4294967295},
                   "rlimits": [{"type": "RLIMIT_CORE", "soft": %1$s, "hard": %1$s}],
                   "consoleSize": {"height": %1$s, "width": %1$s}},
                 "hooks": {"poststop": [{"path": "/h", "timeout": 9223372036854775807}]},
                 "linux": {"resources": {
                   "devices": [{"allow": true, "type": "c", "major": 4294967295, "minor": 4294967295}],
                   "memory": {"limit": %1$s, "reservation": %1$s, "swap": %1$s, "swappiness": %1$s, "kernel": %1$s},
                   "cpu": {"shares": %1$s, "period": %1$s, "burst": %1$s, "realtimePeriod": %1$s, "quota": -7,
                     "realtimeRuntime": -9223372036854775808},
                   "pids": {"limit": %1$s},
                   "blockIO": {"throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": %1$s}]},
                   "hugepageLimits": [{"pageSize": "2MB", "limit": %1$s}]}}}
                """.formatted(most), BUNDLE, ALL).spec();
        assertEquals(new Spec.User(-2, -2, List.of(-2), 0777), spec.process().user());
        assertEquals(-1, spec.process().rlimits().get(0).hard());
        assertEquals(Integer.MAX_VALUE, spec.hooks().poststop().get(0).timeoutSeconds());
        Resources resources = spec.linux().resources();
        long unset = Resources.UNSET;
        long unlimited = Resources.UNLIMITED;
        assertEquals(0xFFFF_FFFFL, resources.devices().get(0).major());
        assertEquals(new Resources.Memory(unlimited, unlimited, unlimited, unset, false, false), resources.memory());
        assertEquals(
                new Resources.Cpu(unset, unlimited, unset, unset, unlimited, unset, "", "", unset), resources.cpu());
        assertEquals(unlimited, resources.pids());
        assertEquals(0, resources.blockIo().throttles().get(0).perSecond());
        assertEquals(Map.of("2MB", unlimited), resources.hugepages());
    }

    @Test
    void C10_the_last_of_several_variables_of_a_name_counts() {
        assertEquals(
                List.of("A=2", "B=1"),
                parse("\"env\": [\"A=1\", \"B=1\", \"A=2\"]", "", "").process().env());
    }

    @Test
    void all_six_kinds_of_hooks_are_read() {
        String one =
                "[{\"path\": \"/h\", \"args\": [\"h\", \"x\"], \"env\": [\"A=1\"], \"timeout\": 7}, {\"path\": \"/i\", \"env\": []}]";
        Hooks hooks = parse(
                        "",
                        "\"hooks\": {\"prestart\": %1$s, \"createRuntime\": %1$s, \"createContainer\": %1$s,"
                                        .formatted(one)
                                + "\"startContainer\": %1$s, \"poststart\": %1$s, \"poststop\": %1$s}".formatted(one),
                        "")
                .hooks();
        List<Hooks.Hook> both = List.of(
                new Hooks.Hook("/h", List.of("h", "x"), List.of("A=1"), 7),
                new Hooks.Hook("/i", List.of(), List.of(), 0));
        assertEquals(new Hooks(both, both, both, both, both, both), hooks);
    }

    @Test
    void the_linux_section_is_read() {
        LinuxSpec linux = ConfigJson.read("""
                {"ociVersion": "1.3.0", "root": {"path": "/r"}, "linux": {
                 "namespaces": [{"type": "user"}, {"type": "network", "path": "/proc/1/ns/net"}, {"type": "time"},
                   {"type": "cgroup", "path": ""}],
                 "uidMappings": [{"containerID": 0, "hostID": 5, "size": 10}],
                 "gidMappings": [{"containerID": 1, "hostID": 6, "size": 11}],
                 "timeOffsets": {"monotonic": {"secs": -3, "nanosecs": 4}, "boottime": {"secs": 5}},
                 "devices": [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 8630, "uid": 1,
                   "gid": 2}, {"path": "/dev/pipe", "type": "p"}],
                 "sysctl": {"net.ipv4.ip_forward": "1"}, "cgroupsPath": "/a/b", "rootfsPropagation": "rslave",
                 "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"], "personality": {"domain": "LINUX32"},
                 "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0-1, 3", "flags": ["MPOL_F_STATIC_NODES"]},
                 "mountLabel": "system_u:object_r:x", "seccomp": {"defaultAction": "SCMP_ACT_ALLOW"}}}
                """, BUNDLE, ALL).spec().linux();
        assertEquals(
                List.of(
                        new LinuxSpec.Namespace(NamespaceType.USER, ""),
                        new LinuxSpec.Namespace(NamespaceType.NETWORK, "/proc/1/ns/net"),
                        new LinuxSpec.Namespace(NamespaceType.TIME, ""),
                        new LinuxSpec.Namespace(NamespaceType.CGROUP, "")),
                linux.namespaces());
        assertEquals("[0:5:10] [1:6:11]", linux.uidMappings() + " " + linux.gidMappings());
        assertEquals(
                List.of(new LinuxSpec.TimeOffset("monotonic", -3, 4), new LinuxSpec.TimeOffset("boottime", 5, 0)),
                linux.timeOffsets());
        assertEquals(
                List.of(
                        new LinuxSpec.Device("/dev/fuse", "c", 10, 229, 0666, 1, 2),
                        new LinuxSpec.Device("/dev/pipe", "p", 0, 0, 0666, 0, 0)),
                linux.devices(),
                "only the permission bits");
        assertEquals(Map.of("net.ipv4.ip_forward", "1"), linux.sysctl());
        assertEquals(
                "/a/b rslave LINUX32 system_u:object_r:x",
                linux.cgroupsPath() + " " + linux.rootfsPropagation() + " " + linux.personality() + " "
                        + linux.mountLabel());
        assertEquals("[/proc/kcore] [/proc/sys]", linux.maskedPaths() + " " + linux.readonlyPaths());
        assertInstanceOf(SeccompSetting.Profile.class, linux.seccomp());
        assertEquals(
                new MemoryPolicy(
                        true, MemoryPolicy.Mode.MPOL_BIND, Set.of(MemoryPolicy.Flag.MPOL_F_STATIC_NODES), "0-1,3"),
                linux.memoryPolicy());
        assertEquals(2 | 1 << 15, linux.memoryPolicy().number(), "linux/mempolicy.h");
    }

    @Test
    void resources_are_read() {
        Resources resources = resources("""
                "memory": {"limit": 100, "reservation": 50, "swap": -1, "swappiness": 0, "disableOOMKiller": true,
                  "checkBeforeUpdate": true, "kernel": 1},
                "cpu": {"shares": 512, "quota": -1, "burst": 0, "period": 50000, "realtimeRuntime": 5, "realtimePeriod": 10,
                  "cpus": "0-1", "mems": "0", "idle": 1},
                "pids": {"limit": 7}, "unified": {"memory.high": "5"},
                "blockIO": {"weight": 10, "leafWeight": 20, "weightDevice": [{"major": 8, "minor": 0, "weight": 30}],
                  "throttleReadBpsDevice": [{"major": 8, "minor": 1, "rate": 1}],
                  "throttleWriteBpsDevice": [{"major": 8, "minor": 1, "rate": 2}],
                  "throttleReadIOPSDevice": [{"major": 8, "minor": 1, "rate": 3}],
                  "throttleWriteIOPSDevice": [{"major": 8, "minor": 1, "rate": 4}]},
                "hugepageLimits": [{"pageSize": "2MB", "limit": 8}, {"pageSize": "1GB", "limit": 18446744073709551615}],
                "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 5}]},
                "rdma": {"mlx5_1": {"hcaHandles": 3}},
                "devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "b", "major": 8, "access": "r"}]""");
        assertEquals(new Resources.Memory(100, 50, -1, 0, true, true), resources.memory());
        assertEquals(new Resources.Cpu(512, -1, 0, 50000, 5, 10, "0-1", "0", 1), resources.cpu());
        assertEquals(7, resources.pids());
        assertEquals(Map.of("memory.high", "5"), resources.unified());
        assertEquals(
                new Resources.BlockIo(
                        10,
                        20,
                        List.of(new Resources.DeviceWeight(8, 0, 30, Resources.UNSET)),
                        List.of(
                                new Resources.Throttle(Resources.Rate.READ_BPS, 8, 1, 1),
                                new Resources.Throttle(Resources.Rate.WRITE_BPS, 8, 1, 2),
                                new Resources.Throttle(Resources.Rate.READ_IOPS, 8, 1, 3),
                                new Resources.Throttle(Resources.Rate.WRITE_IOPS, 8, 1, 4))),
                resources.blockIo());
        assertEquals(Map.of("2MB", 8L, "1GB", Resources.UNLIMITED), resources.hugepages());
        assertEquals(new Resources.Network(1048577, Map.of("eth0", 5L)), resources.network());
        assertEquals(Map.of("mlx5_1", new Resources.Rdma(3, Resources.UNSET)), resources.rdma());
        assertEquals(
                List.of(DeviceRule.DENY_ALL, new DeviceRule(true, DeviceRule.Type.BLOCK, 8, DeviceRule.ANY, "r")),
                resources.devices());
        assertEquals(Resources.none(), resources(""));
    }

    @Test
    void harmless_oddities_give_a_warning() {
        ConfigJson.Config config = ConfigJson.read(
                config(
                        "\"capabilities\": {\"bounding\": [\"CAP_NEW\", \"CAP_KILL\"]}",
                        "\"mounts\": [{\"destination\": \"a\", \"type\": \"tmpfs\"}]",
                        "\"resources\": {\"memory\": {\"kernel\": 5},"
                                + " \"devices\": [{\"allow\": false, \"access\": \"rwa\"}]}"),
                BUNDLE,
                PLAIN);
        assertEquals("1.2.0", config.ociVersion());
        assertEquals(
                List.of(
                        "process.capabilities.bounding[0]",
                        "mounts[0].destination",
                        "linux.resources.devices[0].access",
                        "linux.resources.memory.kernel"),
                config.warnings().stream().map(warning -> warning.split(" ")[0]).toList());
        assertEquals(
                Set.of(Capability.CAP_KILL),
                config.spec().process().capabilities().bounding());
        assertEquals("/a", config.spec().mounts().get(0).destination());
        assertEquals("rw", config.spec().linux().resources().devices().get(0).access());
    }

    @Test
    void labels_are_kept_where_the_kernel_has_the_module() {
        Spec.Process process = ConfigJson.read(
                        config("\"apparmorProfile\": \"p\", \"selinuxLabel\": \"l\"", "", ""), BUNDLE, ALL)
                .spec()
                .process();
        assertEquals("p l", process.apparmorProfile() + " " + process.selinuxLabel());
        assertEquals(
                "",
                parse("\"apparmorProfile\": \"unconfined\"", "", "").process().apparmorProfile());
    }

    private static void refused(String path, String json) {
        String message = assertThrows(InvalidSpecException.class, () -> ConfigJson.read(json, BUNDLE, PLAIN))
                .getMessage();
        assertTrue(message.startsWith(path + " "), path + " is not what is refused in: " + message);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "process.args                      | 'args': []",
                "process.args[0]                   | 'args': ['']",
                "process.args[1]                   | 'args': ['a', 1]",
                "process.cwd                       | 'args': ['a']",
                "process.cwd                       | 'cwd': 'x'",
                "process.env[1]                    | 'env': ['A=', 'B']",
                "process.terminal                  | 'terminal': 'yes'",
                "process.consoleSize.width         | 'terminal': true, 'consoleSize': {'height': 5}",
                "process.user.uid                  | 'user': {'uid': -1}",
                "process.user.gid                  | 'user': {'gid': 4294967295}",
                "process.user.additionalGids[0]    | 'user': {'additionalGids': ['root']}",
                "process.user.umask                | 'user': {'umask': 4294967296}",
                "process.capabilities.ambient      | 'capabilities': {'ambient': 'CAP_KILL'}",
                "process.rlimits[0].type           | 'rlimits': [{'type': 'nofile', 'soft': 1, 'hard': 1}]",
                "process.rlimits[1].type           | 'rlimits': [{'type': 'RLIMIT_AS', 'soft': 1, 'hard': 1}, {'type': 'RLIMIT_AS'}]",
                "process.rlimits[0].hard           | 'rlimits': [{'type': 'RLIMIT_AS', 'soft': 1}]",
                "process.rlimits[0].soft           | 'rlimits': [{'type': 'RLIMIT_AS', 'soft': 2, 'hard': 1}]",
                "process.oomScoreAdj               | 'oomScoreAdj': 1001",
                "process.apparmorProfile           | 'apparmorProfile': 'p'",
                "process.selinuxLabel              | 'selinuxLabel': 'l'",
                "process.ioPriority.class          | 'ioPriority': {'class': 'BE'}",
                "process.ioPriority.priority       | 'ioPriority': {'class': 'IOPRIO_CLASS_RT', 'priority': 8}",
                "process.scheduler.policy          | 'scheduler': {}",
                "process.scheduler.priority        | 'scheduler': {'policy': 'SCHED_RR'}",
                "process.scheduler.nice            | 'scheduler': {'policy': 'SCHED_OTHER', 'nice': 20}",
                "process.scheduler.flags[0]        | 'scheduler': {'policy': 'SCHED_OTHER', 'flags': ['X']}",
                "process.scheduler.runtime         | 'scheduler': {'policy': 'SCHED_DEADLINE'}",
                "process.execCPUAffinity.initial   | 'execCPUAffinity': {'initial': 'a'}"
            })
    void a_bad_value_of_the_process_is_refused_by_its_path(String path, String members) {
        String process = members.replace('\'', '"');
        String rest = (process.contains("\"args\"") ? "" : ", \"args\": [\"sh\"]")
                + (process.contains("\"cwd\"") || path.equals("process.cwd") ? "" : ", \"cwd\": \"/\"");
        refused(
                path,
                "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"r\"}, \"process\": {" + process + rest
                        + "}, \"linux\": {}}");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "linux.namespaces[0].type             | 'namespaces': [{'type': 'net'}]",
                "linux.namespaces[1].type             | 'namespaces': [{'type': 'pid'}, {'type': 'pid', 'path': '/x'}]",
                "linux.namespaces[0].path             | 'namespaces': [{'type': 'pid', 'path': 'x'}]",
                "linux.uidMappings[0].size            | 'uidMappings': [{'containerID': 0, 'hostID': 0, 'size': 0}]",
                "linux.gidMappings[0].hostID          | 'gidMappings': [{'containerID': 0, 'size': 1}]",
                "linux.timeOffsets.realtime           | 'timeOffsets': {'realtime': {'secs': 1}}",
                "linux.timeOffsets.boottime.nanosecs  | 'timeOffsets': {'boottime': {'nanosecs': 1000000000}}",
                "linux.devices[0].type                | 'devices': [{'path': '/d', 'type': 'x'}]",
                "linux.devices[0].path                | 'devices': [{'path': 'd', 'type': 'p'}]",
                "linux.devices[0].major               | 'devices': [{'path': '/d', 'type': 'c', 'minor': 1}]",
                "linux.sysctl.a.b                     | 'sysctl': {'a.b': 1}",
                "linux.cgroupsPath                    | 'cgroupsPath': 5",
                "linux.rootfsPropagation              | 'rootfsPropagation': 'public'",
                "linux.maskedPaths[0]                 | 'maskedPaths': ['x']",
                "linux.readonlyPaths[1]               | 'readonlyPaths': ['/x', null]",
                "linux.mountLabel                     | 'mountLabel': 'l'",
                "linux.personality.domain             | 'personality': {'domain': 'BSD'}",
                "linux.personality.flags              | 'personality': {'domain': 'LINUX', 'flags': ['X']}",
                "linux.intelRdt                       | 'intelRdt': {}",
                "linux.netDevices.eth0                | 'netDevices': {'eth0': {'name': 'a/b'}}",
                "linux.netDevices.eth0                | 'netDevices': {'eth0': {'name': 'sixteencharacter'}}",
                "linux.memoryPolicy.mode              | 'memoryPolicy': {'mode': 'BIND'}",
                "linux.memoryPolicy.nodes             | 'memoryPolicy': {'mode': 'MPOL_BIND'}",
                "linux.memoryPolicy.nodes             | 'memoryPolicy': {'mode': 'MPOL_LOCAL', 'nodes': '0'}",
                "linux.memoryPolicy.nodes             | 'memoryPolicy': {'mode': 'MPOL_BIND', 'nodes': 'x'}",
                "linux.memoryPolicy.flags[0]          | 'memoryPolicy': {'mode': 'MPOL_LOCAL', 'flags': ['X']}",
                "linux.seccomp.defaultAction          | 'seccomp': {}",
                "linux.resources                      | 'resources': []",
                "linux.resources.memory.limit         | 'resources': {'memory': {'limit': '1'}}",
                "linux.resources.memory.swap          | 'resources': {'memory': {'limit': 5, 'swap': 4}}",
                "linux.resources.cpu.shares           | 'resources': {'cpu': {'shares': 1}}",
                "linux.resources.cpu.cpus             | 'resources': {'cpu': {'cpus': 'x'}}",
                "linux.resources.pids.limit           | 'resources': {'pids': {'limit': -2}}",
                "linux.resources.devices[0].allow     | 'resources': {'devices': [{'access': 'r'}]}",
                "linux.resources.devices[0].access    | 'resources': {'devices': [{'allow': true, 'access': 'x'}]}",
                "linux.resources.devices[0].type      | 'resources': {'devices': [{'allow': true, 'type': 'p'}]}",
                "linux.resources.blockIO.throttleReadBpsDevice[0].rate | 'resources': {'blockIO': {'throttleReadBpsDevice': "
                        + "[{'major': 1, 'minor': 1}]}}",
                "linux.resources.hugepageLimits[0].limit | 'resources': {'hugepageLimits': [{'pageSize': '2MB'}]}",
                "linux.resources.network.classID      | 'resources': {'network': {'classID': 4294967296}}",
                "linux.resources.rdma.a.hcaHandles    | 'resources': {'rdma': {'a': {'hcaHandles': -1}}}",
                "linux.resources.unified.memory.high  | 'resources': {'unified': {'memory.high': 5}}"
            })
    void a_bad_value_of_the_linux_section_is_refused_by_its_path(String path, String members) {
        refused(
                path,
                "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"r\"}, \"linux\": {" + members.replace('\'', '"')
                        + "}}");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ociVersion                | 'ociVersion': null",
                "ociVersion                | 'ociVersion': '2.0.0'",
                "ociVersion                | 'ociVersion': '1.0'",
                "root                      | 'root': null",
                "root.path                 | 'root': {'path': ''}",
                "root.readonly             | 'root': {'path': 'x', 'readonly': 1}",
                "linux                     | 'linux': null",
                "hostname                  | 'hostname': 'h'",
                "domainname                | 'domainname': 'd'",
                "mounts                    | 'mounts': {}",
                "mounts[0].destination     | 'mounts': [{'type': 'tmpfs'}]",
                "mounts[0].type            | 'mounts': [{'destination': '/x'}]",
                "mounts[0].source          | 'mounts': [{'destination': '/x', 'options': ['bind']}]",
                "mounts[0].options[0]      | 'mounts': [{'destination': '/x', 'type': 'tmpfs', 'options': [1]}]",
                "mounts[0]                 | 'mounts': [{'destination': '/x', 'type': 'tmpfs', 'uidMappings': [{'containerID': 0, "
                        + "'hostID': 0, 'size': 1}]}]",
                "annotations.a             | 'annotations': {'a': 1}",
                "annotations               | 'annotations': {'': 'x'}",
                "hooks.prestart[0].path    | 'hooks': {'prestart': [{'path': 'x'}]}",
                "hooks.poststop[0].timeout | 'hooks': {'poststop': [{'path': '/x', 'timeout': 0}]}",
                "hooks.poststart[0].env[0] | 'hooks': {'poststart': [{'path': '/x', 'env': ['A']}]}"
            })
    void a_bad_value_at_the_top_is_refused_by_its_path(String path, String members) {
        String json = members.replace('\'', '"');
        for (String needed : List.of("\"ociVersion\": \"1.2.0\"", "\"root\": {\"path\": \"r\"}", "\"linux\": {}")) {
            json += members.startsWith(needed.split(":")[0].replace('"', '\'')) ? "" : ", " + needed;
        }
        refused(path, "{" + json + "}");
    }

    @Test
    void text_that_is_not_a_json_object_is_refused() {
        refused("config.json", "[]");
        refused("config.json", "{\"a\": 1, \"a\": 2}");
        refused("config.json", "");
        refused("config.json", "{} {}");
    }

    @Test
    void the_umask_is_found_in_the_status_of_a_process() {
        assertEquals(0077, HostFeatures.umask("Name:\tx\nUmask:\t0077\n"));
        assertEquals(0022, HostFeatures.umask("Name:\tx\n"), "kernels before 4.7");
        assertTrue(HostFeatures.current().umask() <= 0777);
    }
}
