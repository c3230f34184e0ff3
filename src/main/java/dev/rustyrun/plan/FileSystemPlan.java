package dev.rustyrun.plan;

import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.MountOptions;
import dev.rustyrun.spec.MountOptions.IdMappedMount;
import dev.rustyrun.spec.ProcPaths;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.step.Connection;
import dev.rustyrun.step.CoverStep;
import dev.rustyrun.step.FileSystemStep;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.MountNamespaceStep;
import dev.rustyrun.step.MountStep;
import dev.rustyrun.step.NodeStep;
import dev.rustyrun.step.PivotStep;
import dev.rustyrun.step.RootStep;
import dev.rustyrun.step.SentMount;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.StepFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The part of a plan that builds the container's view of the file system. */
final class FileSystemPlan {

    private static final Set<String> KERNEL_VIEWS = Set.of("proc", "sysfs");

    /** The security policy labels the files of these file systems. */
    private static final Set<String> WITHOUT_LABEL = Set.of("proc", "sysfs", "mqueue", "cgroup2");

    /**
     * Makes the upper directory self-contained, so that a layer can be created from it: no file there refers to a lower
     * one.
     */
    private static final String WHOLE_COPIES = ",redirect_dir=off,metacopy=off";

    /** The PID namespace of the process that mounts. */
    static final int OWN_PIDS = -1;

    private final Spec spec;
    private final HostFacts host;
    private final int openedPids;
    private final HostSteps run;
    private final List<String> sealedLater = new ArrayList<>();

    /**
     * @param openedPids index, among the descriptors that {@code init} inherits, of the PID namespace that a new
     *     {@code /proc} shows, or {@link #OWN_PIDS}
     */
    FileSystemPlan(Spec spec, HostFacts host, HostSteps run, int openedPids) {
        this.spec = spec;
        this.host = host;
        this.run = run;
        this.openedPids = openedPids;
    }

    /** Adds steps that need the host's files: the rootfs, mounts, devices. */
    void before(List<Step> steps) {
        enterRoot(steps);
        for (Spec.Mount mount : spec.mounts()) {
            if (mount.type().equals("cgroup")) {
                if (new CgroupView(spec, mount, host, isFilledLater(mount), this::source).addTo(steps)) {
                    sealedLater.add(mount.destination());
                }
            } else {
                steps.add(mount(mount));
                if (spec.root().image().stream()
                        .anyMatch(image -> image.isVolume(mount, spec.root().path()))) {
                    steps.add(new MountStep.FillVolume(mount.destination()));
                }
            }
        }
        devices(steps);
    }

    private void enterRoot(List<Step> steps) {
        String path = spec.root().path();
        String ephemeral = spec.annotations().get(Spec.EPHEMERAL_ANNOTATION);
        // A device file in the image must not reach the host's device: the cgroup or else the mount prevents it.
        boolean refuseDevices = !host.limitsDevices();
        SentMount mapped =
                new SentMount(path, true, 0, 0, 0, 0, 0, SentMount.Mapping.CONTAINER, true, List.of(), List.of());
        boolean entersMapped =
                spec.mapsRootfs() && ephemeral == null && spec.root().image().isEmpty();
        if (spec.mapsRootfs() && !entersMapped) {
            steps.add(new RootStep.ReceiveLayer(path, run.add(new HostStep.SendMount(mapped))));
        }
        boolean inUserNamespace = spec.linux().has(NamespaceType.USER);
        String userNamespace = inUserNamespace ? ",userxattr" : "";
        if (ephemeral == null && spec.root().image().isPresent()) {
            steps.add(new RootStep.EnterLayers(
                    spec.root().image().get().layers(),
                    path,
                    // The layer is deleted when the container ends, so it need not be synced to disk.
                    (inUserNamespace ? userNamespace : WHOLE_COPIES)
                            + (spec.root().image().get().kept() ? "" : ",volatile"),
                    refuseDevices ? MountOptions.NO_DEVICES : 0));
        } else if (ephemeral == null && !mounts()) {
            steps.add(new MountNamespaceStep.EnterDirectory(path, refuseDevices && host.mayMakeDevices()));
        } else if (ephemeral == null) {
            steps.add(new RootStep.EnterRootfs(
                    path,
                    refuseDevices ? MountOptions.attributes(MountOptions.NO_DEVICES) : 0,
                    !spec.linux().isNew(NamespaceType.MOUNT),
                    entersMapped ? run.add(new HostStep.SendMount(mapped)) : HostStep.NONE,
                    entersMapped ? source(path) : HostStep.NONE));
        } else {
            steps.add(new RootStep.EnterOverlay(
                    spec.root().image().map(Spec.Image::layers).orElse(List.of(path)),
                    StepFormatter.join("mode=755", ephemeral),
                    userNamespace,
                    refuseDevices ? MountOptions.NO_DEVICES : 0,
                    spec.root().image().isPresent()));
        }
    }

    /**
     * The host's /sys instead of a new sysfs, which shows a network's devices: only the owner of the network
     * namespace may mount it, and a user namespace does not own the host's; man 5 sysfs.
     */
    private Spec.Mount hostsSysfs(Spec.Mount mount) {
        List<String> options = new ArrayList<>(mount.options());
        // Without privileges in the host's namespaces, a bind mount must include the mounts below.
        options.add(canSend() ? "bind" : "rbind");
        if (!canSend() && options.remove("ro")) {
            options.add("rro");
        }
        return new Spec.Mount(mount.destination(), "bind", "/sys", options);
    }

    private Step mount(Spec.Mount asked) {
        boolean isHostsSysfs = asked.type().equals("sysfs")
                && spec.linux().has(NamespaceType.USER)
                && !spec.linux().has(NamespaceType.NETWORK);
        Spec.Mount mount = isHostsSysfs ? hostsSysfs(asked) : asked;
        MountOptions options = MountOptions.parse(mount.options());
        Step whole = mount(mount, options);
        return options.copyLink() ? new MountStep.CopyLink(mount.source(), mount.destination(), whole) : whole;
    }

    private Step mount(Spec.Mount mount, MountOptions options) {
        String destination = mount.destination();
        if (options.idMapping() != IdMappedMount.NO || !mount.uidMappings().isEmpty()) {
            boolean own = isCovered(mount);
            SentMount wanted = sent(mount, options, mappingOf(mount));
            String what = "id-mapped " + mount.source();
            return own
                    ? new MountStep.ReceiveMount(
                            destination,
                            what,
                            run.add(new HostStep.ChangeMount(wanted)),
                            mount.source(),
                            options.isRecursive(),
                            source(mount.source()))
                    : new MountStep.ReceiveMount(destination, what, run.add(new HostStep.SendMount(wanted)));
        }
        if (!options.isRemount() && (options.isBind() || mount.type().equals("bind"))) {
            // Copies that the container makes itself are in no peer group, so they exchange no mount events. An overlay
            // is
            // assembled over a directory of the host, which may contain a source.
            boolean sends = spec.mapsRootfs() || (options.sharesEvents() || isEphemeral()) && canSend();
            if (sends && !isCovered(mount)) {
                // The host's root can reach paths that the root of a user namespace, another user, cannot.
                return new MountStep.ReceiveMount(
                        destination,
                        mount.source() + StepFormatter.options(options.propagationWords()),
                        run.add(new HostStep.SendMount(sent(mount, options, SentMount.Mapping.NONE))));
            }
            return new MountStep.BindMount(
                    mount.source(),
                    destination,
                    options.isRecursive(),
                    options.attributes(),
                    options.attributesToClear(),
                    options.attributesBelow(),
                    options.attributesToClearBelow(),
                    options.propagation(),
                    source(mount.source()));
        }
        long flags = options.flags();
        if (options.isReadOnly()
                && mount.type().equals("tmpfs")
                && !options.isRemount()
                && !options.copyUp()
                && isFilledLater(mount)) {
            flags &= ~MountOptions.READ_ONLY;
            sealedLater.add(destination);
        }
        boolean ofOthers = openedPids != OWN_PIDS && mount.type().equals("proc") && !options.isRemount();
        String data = labelled(mount.type(), options, data(mount.type(), options.data()));
        boolean refuseLinks = KERNEL_VIEWS.contains(mount.type()) || destination.equals("/dev");
        return new FileSystemStep.MountFileSystem(
                mount.type(),
                mount.source(),
                destination,
                flags,
                ofOthers ? StepFormatter.join(data, ofOpenedPids()) : data,
                options.propagation(),
                refuseLinks,
                options.copyUp());
    }

    /** Whether mounts are possible; without a mount namespace they would change the host's. */
    private boolean mounts() {
        return spec.linux().has(NamespaceType.MOUNT);
    }

    private boolean isEphemeral() {
        return spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION);
    }

    /** Whether the mount's source is in the rootfs, below an earlier mount: then it must show the container's mount. */
    private boolean isCovered(Spec.Mount mount) {
        String root = ProcPaths.plain(spec.root().path());
        String source = ProcPaths.plain(mount.source());
        if (!isBelow(source, root) || isEphemeral()) {
            return false;
        }
        String inside = source.substring(root.length());
        return spec.mounts().subList(0, spec.mounts().indexOf(mount)).stream()
                .map(earlier -> ProcPaths.plain(earlier.destination()))
                .anyMatch(covered -> covered.equals(inside) || isBelow(inside, covered));
    }

    private String ofOpenedPids() {
        return FileSystemStep.MountFileSystem.PIDNS + "/proc/self/fd/" + (Connection.FIRST_HANDED_DOWN + openedPids);
    }

    /** Whether something is mounted or created inside {@code mount} later, and {@code mount} is not covered itself. */
    private boolean isFilledLater(Spec.Mount mount) {
        String path = ProcPaths.plain(mount.destination());
        List<Spec.Mount> later = spec.mounts()
                .subList(spec.mounts().indexOf(mount) + 1, spec.mounts().size());
        boolean covered = later.stream()
                .anyMatch(other -> ProcPaths.plain(other.destination()).equals(path));
        return !covered
                && (path.equals("/dev")
                        || later.stream().anyMatch(other -> isBelow(other.destination(), path))
                        || spec.linux().devices().stream().anyMatch(device -> isBelow(device.path(), path)));
    }

    private static boolean isBelow(String path, String directory) {
        return ProcPaths.plain(path).startsWith(directory + "/");
    }

    /**
     * Adds the SELinux context of all files to {@code data}, where the kernel supports that; man 8 mount, "context".
     */
    private String labelled(String type, MountOptions options, String data) {
        String label = spec.linux().mountLabel();
        boolean takesOne =
                !label.isEmpty() && !WITHOUT_LABEL.contains(type) && !options.isRemount() && !data.contains("context=");
        return takesOne ? StepFormatter.join(data, "context=\"" + label + "\"") : data;
    }

    /** Mappings equal to the container's need no other user namespace. */
    private SentMount.Mapping mappingOf(Spec.Mount mount) {
        boolean same = mount.uidMappings().equals(spec.linux().uidMappings())
                && mount.gidMappings().equals(spec.linux().gidMappings());
        return same || mount.uidMappings().isEmpty() ? SentMount.Mapping.CONTAINER : SentMount.Mapping.OWN;
    }

    /**
     * The number of the step that opens {@code path} when the root of a user namespace cannot reach it, but the host's
     * root can.
     */
    private int source(String path) {
        return spec.linux().has(NamespaceType.USER) ? run.add(new HostStep.OpenSource(path)) : HostStep.NONE;
    }

    private SentMount sent(Spec.Mount mount, MountOptions options, SentMount.Mapping mapping) {
        boolean own = mapping == SentMount.Mapping.OWN;
        return new SentMount(
                mount.source(),
                options.isRecursive(),
                options.attributes(),
                options.attributesToClear(),
                options.attributesBelow(),
                options.attributesToClearBelow(),
                options.propagation() == 0 && isEphemeral() ? MountOptions.ALL_PRIVATE : options.propagation(),
                mapping,
                options.idMapping() == IdMappedMount.RECURSIVE,
                own ? mount.uidMappings() : List.of(),
                own ? mount.gidMappings() : List.of());
    }

    /**
     * Whether {@code run} is the host's root, which can copy the host's mounts. An ordinary user can copy only those of
     * the user namespace, and a joined mount namespace has its own mounts.
     */
    private boolean canSend() {
        return !spec.linux().isJoined(NamespaceType.MOUNT)
                && (!spec.linux().has(NamespaceType.USER) || spec.mapsRootfs());
    }

    /** The option gid=5, for the group of terminals, is removed when that group is not mapped. */
    private String data(String type, String data) {
        boolean unmapped = !spec.linux().gidMappings().isEmpty()
                && !IdMapping.covers(spec.linux().gidMappings(), 5);
        return type.equals("devpts") && unmapped ? without("gid=5", data) : data;
    }

    private static String without(String option, String data) {
        List<String> kept = new ArrayList<>(List.of(data.split(",")));
        kept.remove(option);
        return String.join(",", kept);
    }

    /** config-linux.md, "Default Devices", and the links of its "/dev symbolic links". */
    private void devices(List<Step> steps) {
        device(steps, "/dev/null", 1, 3);
        device(steps, "/dev/zero", 1, 5);
        device(steps, "/dev/full", 1, 7);
        device(steps, "/dev/random", 1, 8);
        device(steps, "/dev/urandom", 1, 9);
        device(steps, "/dev/tty", 5, 0);
        for (LinuxSpec.Device device : spec.linux().devices()) {
            if (device.type().equals("p")) {
                steps.add(new NodeStep.MakeFifo(device.path(), device.fileMode(), device.uid(), device.gid()));
            } else if (host.mayMakeDevices()) {
                steps.add(new NodeStep.MakeDevice(
                        device.path(),
                        device.isBlock(),
                        device.major(),
                        device.minor(),
                        device.fileMode(),
                        device.uid(),
                        device.gid()));
            } else if (mounts()) {
                steps.add(new NodeStep.ShareDevice(
                        device.source(), device.path(), device.isBlock(), device.major(), device.minor()));
            } else {
                throw new InvalidSpecException("device " + device.path()
                        + " cannot be made by this user, and showing the" + " host's needs a mount namespace");
            }
        }
        steps.add(new NodeStep.MakeLink("/dev/fd", "/proc/self/fd"));
        steps.add(new NodeStep.MakeLink("/dev/stdin", "/proc/self/fd/0"));
        steps.add(new NodeStep.MakeLink("/dev/stdout", "/proc/self/fd/1"));
        steps.add(new NodeStep.MakeLink("/dev/stderr", "/proc/self/fd/2"));
        steps.add(new NodeStep.MakeLink("/dev/ptmx", "pts/ptmx"));
    }

    private void device(List<Step> steps, String path, int major, int minor) {
        if (host.mayMakeDevices()) {
            steps.add(new NodeStep.MakeDevice(path, false, major, minor, 0666, 0, 0));
        } else if (mounts()) {
            steps.add(new NodeStep.ShareDevice(path, path, false, major, minor));
        }
    }

    /** Adds steps that hide or seal kernel files, after all mounts. */
    void protect(List<Step> steps) {
        sealedLater.forEach(path -> steps.add(new CoverStep.SealMount(path)));
        spec.linux().maskedPaths().forEach(path -> steps.add(new CoverStep.MaskPath(path)));
        spec.linux().readonlyPaths().stream()
                .filter(path -> !isRoot(path))
                .forEach(path -> steps.add(new CoverStep.ReadOnlyPath(path)));
    }

    private static boolean isRoot(String path) {
        return ProcPaths.plain(path).equals("/");
    }

    /** Adds steps that are possible only after the root was changed. */
    void seal(List<Step> steps) {
        if (spec.root().readonly() || spec.linux().readonlyPaths().stream().anyMatch(FileSystemPlan::isRoot)) {
            steps.add(new PivotStep.ReadOnlyRoot());
        }
        String propagation = spec.linux().rootfsPropagation();
        if (!propagation.isEmpty()) {
            steps.add(new RootStep.SetPropagation(
                    "/", MountOptions.parse(List.of(propagation)).propagation()));
        }
    }
}
