package dev.rustyrun.spec;

import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.MountOptions.IdMappedMount;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks the {@link LinuxSpec} of a {@link Spec}. */
final class LinuxSpecValidator {

    private static final Set<String> PROPAGATIONS =
            Set.of("", "private", "slave", "shared", "unbindable", "rprivate", "rslave", "rshared", "runbindable");
    private final Spec spec;
    private final LinuxSpec linux;

    private LinuxSpecValidator(Spec spec) {
        this.spec = spec;
        this.linux = spec.linux();
    }

    static void check(Spec spec) {
        new LinuxSpecValidator(spec).check();
    }

    private void check() {
        linux.maskedPaths().forEach(path -> {
            SpecValidator.absolute("masked path", path);
            if (ProcPaths.plain(path).equals("/")) {
                throw new InvalidSpecException("masked path " + path + " is the root, which cannot be masked");
            }
        });
        linux.readonlyPaths().forEach(path -> SpecValidator.absolute("read-only path", path));
        if (!PROPAGATIONS.contains(linux.rootfsPropagation())) {
            throw new InvalidSpecException("rootfsPropagation \"" + linux.rootfsPropagation()
                    + "\" must be private, slave, shared or unbindable, optionally prefixed with r");
        }
        checkNamespaces();
        checkNetDevices();
        checkMappings();
        for (LinuxSpec.Device device : linux.devices()) {
            SpecValidator.absolute("device", device.path());
            if (!Set.of("c", "u", "b", "p").contains(device.type())) {
                throw new InvalidSpecException(
                        "device " + device.path() + ": type \"" + device.type() + "\" must be c, u, b or p");
            }
        }
        ResourcesValidator.check(linux.resources());
        linux.sysctl().forEach(this::checkSysctl);
    }

    private void checkNamespaces() {
        for (NamespaceType type : NamespaceType.values()) {
            if (linux.namespaces().stream()
                            .filter(namespace -> namespace.type() == type)
                            .count()
                    > 1) {
                throw new InvalidSpecException("namespace " + type.word() + " is named twice");
            }
        }
        for (LinuxSpec.Namespace namespace : linux.namespaces()) {
            if (!namespace.isNew()) {
                SpecValidator.absolute("namespace path", namespace.path());
            }
        }
        if (!linux.isNew(NamespaceType.MOUNT)) {
            checkMounts();
        }
        if (!linux.timeOffsets().isEmpty() && !linux.isNew(NamespaceType.TIME)) {
            throw new InvalidSpecException("time offsets need a new time namespace");
        }
    }

    /**
     * A container in a joined mount namespace mounts only what its config.json names; in the host's mount namespace,
     * nothing.
     */
    private void checkMounts() {
        if (spec.root().image().isPresent()
                || spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION)
                || spec.mapsRootfs()) {
            throw new InvalidSpecException(
                    "a rootfs from an image, with --ephemeral or with mapped ids needs a new mount" + " namespace");
        }
        for (Spec.Mount mount : spec.mounts()) {
            if (!mount.uidMappings().isEmpty()
                    || MountOptions.parse(mount.options()).idMapping() != IdMappedMount.NO) {
                throw new InvalidSpecException(
                        "mount on " + mount.destination() + ": mapped ids need a new mount namespace");
            }
        }
        if (linux.has(NamespaceType.MOUNT)) {
            return;
        }
        refuseOnHost("mounts", !spec.mounts().isEmpty());
        refuseOnHost("linux.maskedPaths", !linux.maskedPaths().isEmpty());
        refuseOnHost("linux.readonlyPaths", !linux.readonlyPaths().isEmpty());
        refuseOnHost("linux.rootfsPropagation", !linux.rootfsPropagation().isEmpty());
        refuseOnHost("root.readonly", spec.root().readonly());
    }

    private static void refuseOnHost(String field, boolean asked) {
        if (asked) {
            throw new InvalidSpecException(
                    field + " would change the host's own mounts: add a mount namespace, new or by" + " path, or leave "
                            + field + " out");
        }
    }

    private void checkNetDevices() {
        if (!linux.netDevices().isEmpty() && !linux.has(NamespaceType.NETWORK)) {
            throw new InvalidSpecException("moving network devices needs a network namespace other than the host's");
        }
        Set<String> names = new HashSet<>();
        for (NetDevice device : linux.netDevices()) {
            if (!names.add(device.name())) {
                throw new InvalidSpecException("two network devices have the same name " + device.name());
            }
        }
    }

    private void checkMappings() {
        IdMapping.check("uid mapping", linux.uidMappings());
        IdMapping.check("gid mapping", linux.gidMappings());
        boolean mapped = !linux.uidMappings().isEmpty() && !linux.gidMappings().isEmpty();
        if (linux.isNew(NamespaceType.USER)) {
            if (!mapped) {
                throw new InvalidSpecException("a new user namespace needs uid and gid mappings");
            }
            checkUser();
        } else if (linux.has(NamespaceType.USER) && mapped) {
            // Only the machine can tell whether the joined namespace has these mappings.
            checkUser();
        } else if (!linux.uidMappings().isEmpty() || !linux.gidMappings().isEmpty()) {
            throw new InvalidSpecException(
                    linux.has(NamespaceType.USER)
                            ? "a user namespace by path needs both uid and gid mappings, or neither"
                            : "uid and gid mappings need a user namespace");
        }
    }

    private void checkUser() {
        Spec.User user = spec.process().user();
        checkMapped("user", user.uid(), linux.uidMappings());
        checkMapped("group", user.gid(), linux.gidMappings());
        user.additionalGids().forEach(gid -> checkMapped("group", gid, linux.gidMappings()));
    }

    private static void checkMapped(String what, int bits, List<IdMapping> mappings) {
        long id = Id.number(bits);
        if (!IdMapping.covers(mappings, id)) {
            throw new InvalidSpecException(what + " " + id + " is not mapped in the user namespace, which has "
                    + mappings + " (CONTAINER:HOST:SIZE); see man 5 subuid for how to be granted more");
        }
    }

    /**
     * Only kernel parameters of a namespace can be set, because all others are the host's. Whether a namespace by path
     * is the host's own is known only on the machine.
     */
    private void checkSysctl(String name, String value) {
        SpecValidator.noNul("sysctl " + name, value);
        NamespaceType owner = SysctlName.parse(name)
                .owner()
                .orElseThrow(() -> new InvalidSpecException(
                        "sysctl " + name + " belongs to the host: only net.*, fs.mqueue.* and the IPC"
                                + " parameters kernel.msg*, kernel.shm* and kernel.sem can be set for a container"));
        if (!linux.has(owner)) {
            throw new InvalidSpecException("sysctl " + name + " would change the host: it needs a new " + owner.word()
                    + " namespace, or the path of one that is not the host's");
        }
    }
}
