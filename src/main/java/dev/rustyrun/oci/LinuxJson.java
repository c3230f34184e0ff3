package dev.rustyrun.oci;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Id;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.LinuxSpec.Namespace;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.MemoryPolicy;
import dev.rustyrun.spec.NetDevice;
import dev.rustyrun.spec.SeccompSetting;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@code linux} of a config.json; runtime-spec config-linux.md. */
final class LinuxJson {

    private static final Set<String> PROPAGATIONS =
            Set.of("", "private", "slave", "shared", "unbindable", "rprivate", "rslave", "rshared", "runbindable");

    private final HostFeatures host;
    private final List<String> warnings;

    LinuxJson(HostFeatures host, List<String> warnings) {
        this.host = host;
        this.warnings = warnings;
    }

    /**
     * Reads the section.
     *
     * @param bounding the container's bounding set, on which its seccomp profile may depend
     */
    LinuxSpec linux(JsonField section, Set<Capability> bounding) {
        ProcessJson.required(section);
        refuse(section);
        JsonField seccomp = section.field("seccomp");
        SeccompSetting setting = seccomp.isPresent()
                ? new SeccompSetting.Profile(SeccompJson.parse(seccomp, bounding, Machine.current()))
                : new SeccompSetting.Unconfined();
        return new LinuxSpec.Builder()
                .namespaces(namespaces(section.field("namespaces")))
                .uidMappings(mappings(section.field("uidMappings")))
                .gidMappings(mappings(section.field("gidMappings")))
                .timeOffsets(timeOffsets(section.field("timeOffsets")))
                .devices(devices(section.field("devices")))
                .sysctl(section.field("sysctl").textMap())
                .cgroupsPath(section.field("cgroupsPath").textOr(""))
                .resources(new ResourcesJson(warnings).resources(section.field("resources")))
                .rootfsPropagation(propagation(section.field("rootfsPropagation")))
                .seccomp(setting)
                .maskedPaths(section.field("maskedPaths").absolutePaths())
                .readonlyPaths(section.field("readonlyPaths").absolutePaths())
                .mountLabel(ProcessJson.label(section.field("mountLabel"), host))
                .personality(personality(section.field("personality")))
                .memoryPolicy(memoryPolicy(section.field("memoryPolicy")))
                .netDevices(netDevices(section.field("netDevices")))
                .build();
    }

    /** Rejects fields that would change the container's confinement or access, and that are not implemented yet. */
    private void refuse(JsonField section) {
        JsonField rdt = section.field("intelRdt");
        if (rdt.isPresent()) {
            throw rdt.wrong(
                    host.resctrl()
                            ? "is not supported: leave it out"
                            : "needs the resctrl file system at /sys/fs/resctrl, which is not mounted: mount it,"
                                    + " or leave the field out");
        }
    }

    private static List<NetDevice> netDevices(JsonField json) {
        List<NetDevice> devices = new ArrayList<>();
        for (Map.Entry<String, JsonField> device : json.fields().entrySet()) {
            JsonField name = device.getValue().field("name");
            String inside = name.textOr("").isEmpty() ? device.getKey() : name.text();
            if (!NetDevice.isName(device.getKey()) || !NetDevice.isName(inside)) {
                throw device.getValue()
                        .wrong("has an invalid name for a network device: "
                                + JsonField.quoted(NetDevice.isName(inside) ? device.getKey() : inside));
            }
            devices.add(new NetDevice(device.getKey(), inside));
        }
        return devices;
    }

    private static MemoryPolicy memoryPolicy(JsonField json) {
        if (!json.isPresent()) {
            return MemoryPolicy.INHERITED;
        }
        MemoryPolicy.Mode mode = json.field("mode").oneOf(MemoryPolicy.Mode.values(), Enum::name);
        Set<MemoryPolicy.Flag> flags = EnumSet.noneOf(MemoryPolicy.Flag.class);
        for (JsonField flag : json.field("flags").elements()) {
            flags.add(flag.oneOf(MemoryPolicy.Flag.values(), Enum::name));
        }
        if (flags.contains(MemoryPolicy.Flag.MPOL_F_STATIC_NODES)
                && flags.contains(MemoryPolicy.Flag.MPOL_F_RELATIVE_NODES)) {
            throw json.field("flags")
                    .wrong("has both MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES: leave one of them out");
        }
        JsonField nodes = json.field("nodes");
        String list = ProcessJson.numbers(nodes, "memory nodes");
        if (list.isEmpty() ? mode.needsNodes() : !mode.takesNodes()) {
            throw nodes.wrong((list.isEmpty() ? "is missing: " : "must be left out: ") + mode + " takes "
                    + (list.isEmpty() ? "some" : "none"));
        }
        return new MemoryPolicy(true, mode, flags, list);
    }

    private static List<Namespace> namespaces(JsonField json) {
        List<Namespace> namespaces = new ArrayList<>();
        Set<NamespaceType> named = EnumSet.noneOf(NamespaceType.class);
        for (JsonField namespace : json.elements()) {
            JsonField type = namespace.field("type");
            NamespaceType known = type.oneOf(NamespaceType.values(), NamespaceType::word);
            if (!named.add(known)) {
                throw type.wrong("repeats " + known.word() + ": use each type only once");
            }
            JsonField path = namespace.field("path");
            namespaces.add(new Namespace(known, path.textOr("").isEmpty() ? "" : path.absolutePath()));
        }
        return namespaces;
    }

    static List<IdMapping> mappings(JsonField json) {
        List<IdMapping> mappings = new ArrayList<>();
        for (JsonField mapping : json.elements()) {
            mappings.add(new IdMapping(
                    mapping.field("containerID").between(0, Id.MAX),
                    mapping.field("hostID").between(0, Id.MAX),
                    mapping.field("size").between(1, Id.MAX + 1)));
        }
        IdMapping.check(json.path(), mappings);
        return mappings;
    }

    private static List<LinuxSpec.TimeOffset> timeOffsets(JsonField json) {
        List<LinuxSpec.TimeOffset> offsets = new ArrayList<>();
        for (Map.Entry<String, JsonField> clock : json.fields().entrySet()) {
            JsonField offset = clock.getValue();
            if (!Set.of("monotonic", "boottime").contains(clock.getKey())) {
                throw offset.wrong("is not a clock of a time namespace: use monotonic or boottime");
            }
            offsets.add(new LinuxSpec.TimeOffset(
                    clock.getKey(), offset.field("secs").betweenOr(Long.MIN_VALUE, Long.MAX_VALUE, 0), (int)
                            offset.field("nanosecs").betweenOr(0, 999_999_999, 0)));
        }
        return offsets;
    }

    private static List<LinuxSpec.Device> devices(JsonField json) {
        List<LinuxSpec.Device> devices = new ArrayList<>();
        for (JsonField device : json.elements()) {
            String type = device.field("type").text();
            if (!Set.of("c", "u", "b", "p").contains(type)) {
                throw device.field("type").wrong("must be c, u, b or p, not " + JsonField.quoted(type));
            }
            boolean fifo = type.equals("p");
            // Some callers include the type of file in the mode.
            int mode = (int) device.field("fileMode").betweenOr(0, 0xFFFF_FFFFL, 0666) & 07777;
            devices.add(new LinuxSpec.Device(
                    device.field("path").absolutePath(),
                    type,
                    fifo ? 0 : device.field("major").number(),
                    fifo ? 0 : device.field("minor").number(),
                    mode,
                    device.field("uid").id(),
                    device.field("gid").id()));
        }
        return devices;
    }

    private static String propagation(JsonField json) {
        String propagation = json.textOr("");
        if (!PROPAGATIONS.contains(propagation)) {
            throw json.wrong("must be private, slave, shared or unbindable, optionally prefixed with r, not "
                    + JsonField.quoted(propagation));
        }
        return propagation;
    }

    private static String personality(JsonField json) {
        if (!json.isPresent()) {
            return "";
        }
        if (!json.field("flags").elements().isEmpty()) {
            throw json.field("flags").wrong("must be empty: the specification defines no flags");
        }
        String domain = json.field("domain").text();
        if (!Set.of("LINUX", "LINUX32").contains(domain)) {
            throw json.field("domain").wrong("must be LINUX or LINUX32, not " + JsonField.quoted(domain));
        }
        return domain;
    }
}
