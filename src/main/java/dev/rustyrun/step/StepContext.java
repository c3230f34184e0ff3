package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.SignalSet;
import dev.rustyrun.spec.ProcPaths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The shared data of a stage's steps: the kernel, the connection to {@code run}, and the progress of the setup. */
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
    private Optional<SignalSet> ignored = Optional.empty();
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

    /**
     * Whether this process is a native image, which has only one thread, so that it can continue as a copy of itself.
     */
    public static boolean isNativeImage() {
        return "runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"));
    }

    /** The connection to {@code run}. */
    public Connection connection() {
        return connection;
    }

    boolean traced() {
        return traced;
    }

    /** Reports {@code text} in addition to the steps, when these are traced. */
    void note(String text) {
        if (traced) {
            connection.send(new Report.StepDone(Stage.INIT, "note: " + text, 0));
        }
    }

    /** Has {@code run} show or log {@code text} as a warning. */
    void warn(String text) {
        connection.send(new Report.Warned(text));
    }

    /** Sets which signals this process ignores, if that is known already. */
    public void setIgnoredSignals(SignalSet ignored) {
        this.ignored = Optional.of(ignored);
    }

    /** Resets the signals that this process ignores to their default actions, which the command gets. */
    void stopIgnoringSignals() {
        linux.stopIgnoring(ignored.orElseGet(linux::ignoredSignals));
        ignored = Optional.of(SignalSet.none());
    }

    /** The rootfs that has been entered. */
    InsideRootfs inside() {
        return inside;
    }

    /**
     * Opens the host's file {@code path}; if only {@code run} can reach it, by its {@link HostStep.OpenSource}
     * {@code due}.
     */
    OpenFile openOrAsk(String path, int due) {
        try {
            return new OpenFile(linux, linux.open(path, FileFlag.O_PATH));
        } catch (LinuxException e) {
            return askAfter(e, due);
        }
    }

    /**
     * The file that {@code run} opens by its {@link HostStep.OpenSource} {@code due}, after {@code failure} to reach it
     * here. Throws {@code failure} if it has another reason, or {@code run} cannot reach the file either.
     */
    OpenFile askAfter(LinuxException failure, int due) {
        if (failure.errno() != Errno.EACCES || due == HostStep.NONE) {
            throw failure;
        }
        connection.ask(due);
        int sent = connection.awaitDescriptorIfThere();
        if (sent == Connection.NO_DESCRIPTOR) {
            throw failure;
        }
        return new OpenFile(linux, sent);
    }

    /** Makes the open directory {@code root} the rootfs, and the working directory. */
    void enter(int root) {
        linux.changeDirectory(root);
        inside = new InsideRootfs(linux, root);
        ownMounts.add(linux.status(root).mount());
    }

    /** Records that the file system mounted at the open directory {@code root} belongs to the container. */
    void ownMount(int root) {
        ownMounts.add(linux.status(root).mount());
    }

    /**
     * Whether files created in the open {@code directory} are created in the container, and not in a mount of the host.
     */
    boolean isOwn(OpenFile directory) {
        return ownMounts.contains(linux.status(directory.descriptor()).mount());
    }

    /**
     * Whether files created in the directory {@code path} or, if it is missing, in the directory where it would be
     * created, are created in the container.
     */
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
     * Writes one of this process's own files in {@code /proc}. While the process is not dumpable, they belong to the
     * host's root, so another user must make it dumpable for a moment.
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

    /**
     * The socket on which {@code child} learns which process is {@code init}'s successor; negative when there will be
     * none.
     */
    public int succession() {
        return succession;
    }

    void setSuccession(int socket, int part) {
        succession = socket;
        partDue = part;
    }

    /** The index of the step of {@code run} that lets the successor continue alone. */
    public int partDue() {
        return partDue;
    }

    /** Namespaces that are joined after the user namespace. */
    DeferredJoins deferred() {
        return deferred;
    }

    /** The directory in which nodes and links are created. */
    NodeDirectory nodes() {
        nodes = nodes == null ? new NodeDirectory(this) : nodes;
        return nodes;
    }

    /** The open file to which the security module's label is written. */
    int label() {
        return label;
    }

    void setLabel(int file) {
        label = file;
    }

    /** The pipe on which the container's network reports that it is ready. */
    int network() {
        return network;
    }

    void setNetwork(int reports) {
        network = reports;
    }

    /** The container's state for a hook, as JSON. */
    String state(boolean created) {
        return created ? createdState : creatingState;
    }

    void setCreatingState(String state) {
        creatingState = state;
    }

    void setCreatedState(String state) {
        createdState = state;
    }

    /** The files to remove from the host if {@code run} is killed. */
    public Cleanup cleanup() {
        return cleanup;
    }

    void setCleanup(Cleanup cleanup) {
        this.cleanup = cleanup;
    }

    /** Records the open root directory of the mount at {@code path}, which is {@code /proc} or {@code /sys}. */
    void enterView(String path, int root) {
        views.put(path, new InsideRootfs(linux, root));
    }

    /**
     * Opens the existing file {@code path}. Paths below {@code /proc} and {@code /sys} are looked up in the mount
     * itself: an attacker who can rename directories in the rootfs could redirect the path to other files, and the
     * kernel's would stay unprotected (CVE-2023-27561, CVE-2025-52881).
     */
    OpenFile existing(String path) {
        Located located = locate(path);
        return located.view.existing(located.path);
    }

    /** Like {@link #existing}, but null when the file is missing: an exception would cost a launch many page faults. */
    OpenFile existingOrNull(String path) {
        Located located = locate(path);
        return located.view.existingOrNull(located.path);
    }

    /** A path, and the mount or rootfs in which it is looked up. */
    private record Located(InsideRootfs view, String path) {}

    private Located locate(String path) {
        String plain = ProcPaths.plain(path);
        int end = plain.indexOf('/', 1);
        InsideRootfs view = end < 0 ? null : views.get(plain.substring(0, end));
        return view == null ? new Located(inside, path) : new Located(view, plain.substring(end));
    }

    /** The command's descriptors from 3 on. */
    int[] descriptorsForCommand() {
        return descriptorsForCommand;
    }

    void setDescriptorsForCommand(int[] descriptors) {
        descriptorsForCommand = descriptors;
    }

    /** Closes the descriptor that shows the container's starter that it has not started yet. */
    void closeGate() {
        if (gate >= 0) {
            linux.close(gate);
            gate = -1;
        }
    }

    /** Moves the gate to a number of at least {@code least}, to free its own for a descriptor of the command. */
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

    /** The path of the command's program; throws the failure if the search for it failed. */
    String program() {
        missing.ifPresent(failure -> {
            throw failure;
        });
        return program;
    }

    /** Searches for the program now, and keeps a failure for {@link #program}. */
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

    /** The command's environment, with the HOME that was found for it, if any. */
    List<String> withHome(List<String> environment) {
        if (home.isEmpty()) {
            return environment;
        }
        List<String> all = new ArrayList<>(environment);
        all.remove("HOME=");
        all.add("HOME=" + home);
        return all;
    }

    /** Capabilities, as bits, that the container must not have even if they were requested. */
    long withheldCapabilities() {
        return withheldCapabilities;
    }

    void withholdCapabilities(long bits) {
        withheldCapabilities |= bits;
    }
}
