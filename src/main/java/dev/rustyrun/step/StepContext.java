package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.spec.ProcPaths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What the performers of a stage's steps share: the kernel, the way to {@code run}, and how far the container has come. */
public final class StepContext {

    private final Linux linux;
    private final Connection connection;
    private final boolean traced;
    private InsideRootfs inside;
    private final Map<String, InsideRootfs> views = new HashMap<>();
    private final Set<Long> ownMounts = new HashSet<>();
    private long withheldCapabilities;
    private int[] descriptorsForCommand = {};
    private int gate = -1;
    private int succession = -1;
    private int partDue = HostStep.NONE;
    private Cleanup cleanup = Cleanup.NOTHING;
    private String home = "";
    private String program = "";
    private Optional<StepFailure> missing = Optional.empty();
    private final DeferredJoins deferred = new DeferredJoins();
    private NodeDirectory nodes;
    private int label = -1;
    private int network = Connection.NO_DESCRIPTOR;
    private String creatingState = "";
    private String createdState = "";

    public StepContext(Linux linux, Connection connection, boolean traced) {
        this.linux = linux;
        this.connection = connection;
        this.traced = traced;
    }

    public Linux linux() {
        return linux;
    }

    /** Whether this process is a native image, whose main thread is its only one, so that a copy of it can go on. */
    public static boolean isNativeImage() {
        return "runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"));
    }

    /** The way to {@code run}. */
    public Connection connection() {
        return connection;
    }

    boolean traced() {
        return traced;
    }

    /** Reports {@code text} beside the steps, when these are traced. */
    void note(String text) {
        if (traced) {
            connection.send(new Report.StepDone(Stage.INIT, "note: " + text, 0));
        }
    }

    /** The rootfs that has been entered. */
    InsideRootfs inside() {
        return inside;
    }

    /** Makes the open directory {@code root} the rootfs, and the working directory. */
    void enter(int root) {
        linux.changeDirectory(root);
        inside = new InsideRootfs(linux, root);
        ownMounts.add(linux.status(root).mount());
    }

    /** Remembers that the file system mounted at the open directory {@code root} is the container's own. */
    void ownMount(int root) {
        ownMounts.add(linux.status(root).mount());
    }

    /** Whether what is made in the open {@code directory} is made in the container, and not in a mount of the host's. */
    boolean isOwn(OpenFile directory) {
        return ownMounts.contains(linux.status(directory.descriptor()).mount());
    }

    /** The same of the directory {@code path} or, where that is missing, of the one in which it would be made. */
    boolean isOwn(String path) {
        try (OpenFile directory = inside.existing(path)) {
            return isOwn(directory);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT || path.equals("/")) {
                throw e;
            }
            return isOwn(InsideRootfs.parentOf(path));
        }
    }

    /**
     * Writes one of this process's own files in {@code /proc}. They are the host's root's while it is not dumpable; who is
     * another must be dumpable for that moment.
     */
    void writeOwnFile(String path, String text) {
        try {
            linux.writeFile(path, text);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EACCES) {
                throw e;
            }
            linux.prctl(Prctl.PR_SET_DUMPABLE, 1);
            try {
                linux.writeFile(path, text);
            } finally {
                linux.prctl(Prctl.PR_SET_DUMPABLE, 0);
            }
        }
    }

    /** The socket on which {@code child} hears of {@code init}'s successor; negative when there will be none. */
    public int succession() {
        return succession;
    }

    void setSuccession(int socket, int part) {
        succession = socket;
        partDue = part;
    }

    /** The step of {@code run}'s by which the successor is let go. */
    public int partDue() {
        return partDue;
    }

    /** Namespaces that are joined after the user namespace. */
    DeferredJoins deferred() {
        return deferred;
    }

    /** Where nodes and links are made. */
    NodeDirectory nodes() {
        nodes = nodes == null ? new NodeDirectory(this) : nodes;
        return nodes;
    }

    /** The open file through which the label of the security module is set. */
    int label() {
        return label;
    }

    void setLabel(int file) {
        label = file;
    }

    /** Where what gives this container its network reports that it is ready. */
    int network() {
        return network;
    }

    void setNetwork(int reports) {
        network = reports;
    }

    /** What a hook gets as the state of the container, as JSON. */
    String state(boolean created) {
        return created ? createdState : creatingState;
    }

    void setCreatingState(String state) {
        creatingState = state;
    }

    void setCreatedState(String state) {
        createdState = state;
    }

    /** What is to be removed from the host should {@code run} be killed. */
    public Cleanup cleanup() {
        return cleanup;
    }

    void setCleanup(Cleanup cleanup) {
        this.cleanup = cleanup;
    }

    /** Remembers the open root directory of what is mounted at {@code path}, {@code /proc} or {@code /sys}. */
    void enterView(String path, int root) {
        views.put(path, new InsideRootfs(linux, root));
    }

    /**
     * What is at {@code path}. Below {@code /proc} and {@code /sys} it is looked for in the mount itself: who can rename
     * directories in the rootfs could lead us to files of his own, and the kernel's would stay as they are (CVE-2023-27561,
     * CVE-2025-52881).
     */
    OpenFile existing(String path) {
        String plain = ProcPaths.plain(path);
        int end = plain.indexOf('/', 1);
        InsideRootfs view = end < 0 ? null : views.get(plain.substring(0, end));
        return view == null ? inside.existing(path) : view.existing(plain.substring(end));
    }

    /** What the command gets as its descriptors from 3 on. */
    int[] descriptorsForCommand() {
        return descriptorsForCommand;
    }

    void setDescriptorsForCommand(int[] descriptors) {
        descriptorsForCommand = descriptors;
    }

    /** Closes, for good, what tells the starter of the container that it has not started yet. */
    void closeGate() {
        if (gate >= 0) {
            linux.close(gate);
            gate = -1;
        }
    }

    /** Makes way for a descriptor of the command's. */
    void moveGateFrom(int least) {
        if (gate >= 0) {
            int moved = linux.duplicateFrom(gate, least);
            linux.close(gate);
            gate = moved;
        }
    }

    void setGate(int descriptor) {
        gate = descriptor;
    }

    /** The path of the command's program; throws what was wrong when it was looked for. */
    String program() {
        missing.ifPresent(failure -> {
            throw failure;
        });
        return program;
    }

    /** Looks for it now, while that may be done. */
    void setProgram(Supplier<String> search) {
        try {
            program = search.get();
        } catch (StepFailure e) {
            missing = Optional.of(e);
        }
    }

    void setHome(String home) {
        this.home = home;
    }

    /** The command's environment, with the HOME that has been found for it, if one was. */
    List<String> withHome(List<String> environment) {
        if (home.isEmpty()) {
            return environment;
        }
        List<String> all = new ArrayList<>(environment);
        all.remove("HOME=");
        all.add("HOME=" + home);
        return all;
    }

    /** Capabilities, as bits, that the container must not have whatever was asked for. */
    long withheldCapabilities() {
        return withheldCapabilities;
    }

    void withholdCapabilities(long bits) {
        withheldCapabilities |= bits;
    }
}
