package dev.rustyrun.stage;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.step.LaunchSignals;
import dev.rustyrun.step.StepContext;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Starts this program again as another stage: a native executable as {@code /proc/self/exe}, a JVM with the same
 * {@code java}, archive and class path.
 */
public final class SelfExec {

    /**
     * Set by the launcher script and by {@link #becomeStageReady}: signals are blocked, and the JVM does not use them.
     */
    private static final String READY = "rustyrun.ready";
    /** The directory of libjffi; without it, jffi unpacks a copy at every start. */
    private static final String JFFI_FOLDER = "jffi.boot.library.path";

    private static final String LIBRARY = "libjffi-1.2.so";
    /** HotSpot uses SIGUSR2 itself unless it is given another signal, here a real-time signal. */
    private static final String FREE_SIGUSR2 = "_JAVA_SR_SIGNUM=40";

    /**
     * Passed to a native stage in its environment, so that the stage need not determine it again. They are not
     * arguments, because processes that see a copy can read its command line.
     */
    private static final String PROGRAM = "RUSTYRUN_PROGRAM";

    private static final String LIBRARIES = "RUSTYRUN_LIBRARIES";

    /** The environment variables that a monitor gets from its starter: where images are, and how they are fetched. */
    private static final List<String> PLACES = List.of(
            "RUSTYRUN_IMAGES",
            "XDG_DATA_HOME",
            "HOME",
            "XDG_CONFIG_HOME",
            "XDG_RUNTIME_DIR",
            "CNI_CONF_DIR",
            "CNI_PATH",
            "REGISTRY_AUTH_FILE",
            "PATH",
            "http_proxy",
            "HTTP_PROXY",
            "https_proxy",
            "HTTPS_PROXY",
            "all_proxy",
            "ALL_PROXY",
            "no_proxy",
            "NO_PROXY",
            "REQUEST_METHOD");

    private final boolean isNative;
    private final String executable;
    private final String program;
    private final List<String> prefix;
    private final List<String> env;

    private SelfExec(boolean isNative, String executable, String program, List<String> prefix, List<String> env) {
        this.isNative = isNative;
        this.executable = executable;
        this.program = program;
        this.prefix = prefix;
        this.env = env;
    }

    /**
     * Host path of the executable that runs the stages, Rustyrun or {@code java}, which must be protected from
     * containers.
     */
    public String program() {
        return program;
    }

    /** Whether this process is a native executable and not a JVM. */
    public static boolean isNativeImage() {
        return StepContext.isNativeImage();
    }

    /**
     * The instance for this process. It sets the directory of libjffi, so call it before the first call of the kernel.
     */
    public static SelfExec current() {
        return isNativeImage() ? nativeExecutable() : jvm();
    }

    private static SelfExec nativeExecutable() {
        String program = realPath("/proc/self/exe");
        useLibrariesIn(new File(program).getParent());
        return nativeExecutable(program);
    }

    private static SelfExec nativeExecutable(String program) {
        return new SelfExec(
                true,
                "/proc/self/exe",
                program,
                List.of("rustyrun"),
                List.of(PROGRAM + "=" + program, LIBRARIES + "=" + System.getProperty(JFFI_FOLDER, "")));
    }

    private static SelfExec jvm() {
        String jar = SelfExec.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        String folder = new File(jar).getParent();
        useLibrariesIn(folder);
        String java = System.getProperty("java.home") + "/bin/java";
        List<String> prefix = new ArrayList<>(List.of(
                java,
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+DisableAttachMechanism",
                "-Xrs",
                "-Xmx64m",
                "-Duser.language=en",
                "-D" + READY + "=true"));
        File archive = new File(folder, "rustyrun.jsa");
        if (archive.exists()) {
            prefix.add("-XX:SharedArchiveFile=" + archive);
        }
        if (Runtime.version().feature() >= 24) {
            prefix.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        prefix.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.rustyrun.Rustyrun"));
        return new SelfExec(false, java, realPath(java), prefix, List.of(FREE_SIGUSR2));
    }

    private static void useLibrariesIn(String folder) {
        if (new File(folder, LIBRARY).exists()) {
            System.setProperty(JFFI_FOLDER, folder);
        }
    }

    private static String realPath(String link) {
        try {
            return new File(link).getCanonicalPath();
        } catch (IOException e) {
            return link;
        }
    }

    /**
     * Blocks the signals that stages handle. A JVM that was not started by the launcher script has threads that do not
     * block them: it replaces itself by a correctly started one, and this never returns.
     */
    public void becomeStageReady(Linux linux, List<String> arguments) {
        LaunchSignals.block(linux);
        if (!isNative && System.getProperty(READY) == null) {
            List<String> argv = new ArrayList<>(prefix);
            argv.addAll(arguments);
            List<String> everything = new ArrayList<>(env);
            System.getenv().forEach((name, value) -> everything.add(name + "=" + value));
            linux.execute(executable, argv, everything);
        }
    }

    /** Starts a stage with {@code channel} as its descriptor 3, and returns its process id. */
    int start(Linux linux, String stage, int channel, String argument) {
        return start(linux, stage, new int[] {-1, -1, -1, channel}, argument);
    }

    /**
     * Starts a stage with {@code descriptors[n]} as its descriptor n; a negative entry keeps the one of this process.
     */
    int start(Linux linux, String stage, int[] descriptors, String argument) {
        // By its path, init is started from the read-only mount that child has made there, not from the host's file.
        return linux.spawn(
                stage.equals(InitStage.NAME) ? program : executable,
                descriptors,
                argv(stage, argument),
                stage.equals(StageSpawner.MONITOR) ? withPlaces() : env);
    }

    /** A monitor needs the variables to find programs, and to find and fetch images, like its starter. */
    private List<String> withPlaces() {
        List<String> all = new ArrayList<>(env);
        for (String name : PLACES) {
            Optional.ofNullable(System.getenv(name)).ifPresent(value -> all.add(name + "=" + value));
        }
        return all;
    }

    /**
     * Starts a command of this program, with this process's environment and a clean signal state, and returns its
     * process id.
     *
     * @param stdio descriptors that become its 0, 1 and so on; a negative entry keeps the one of this process
     */
    public int startCommand(Linux linux, List<String> words, int... stdio) {
        List<String> everything = new ArrayList<>(env);
        System.getenv().forEach((name, value) -> everything.add(name + "=" + value));
        return linux.spawnCommand(executable, argv(words), everything, stdio);
    }

    /** Starts a command without this process's environment, which may contain secrets, to serve a container. */
    int startServing(Linux linux, List<String> words, int... descriptors) {
        return linux.spawnCommand(executable, argv(words), env, descriptors);
    }

    /**
     * Like {@link #startServing}, for a native executable whose folder has been removed: its library is the open file
     * {@code library} of the new process.
     */
    int startServingWith(Linux linux, int library, List<String> words, int... descriptors) {
        List<String> opened = List.of(PROGRAM + "=" + program, LIBRARIES + "=/proc/self/fd/" + library);
        return linux.spawnCommand(executable, argv(words), opened, descriptors);
    }

    /**
     * A native executable's library, so that it remains available; empty for a JVM, or when the library was removed.
     */
    Optional<OpenFile> openLibrary(Linux linux) {
        String folder = System.getProperty(JFFI_FOLDER);
        if (!isNative || folder == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new OpenFile(linux, linux.open(folder + "/" + LIBRARY, FileFlag.O_RDONLY)));
        } catch (LinuxException removed) {
            return Optional.empty();
        }
    }

    /** A file that another process of this program needs to start, and that does not exist any more. */
    Optional<String> missingFile() {
        String folder = System.getProperty(JFFI_FOLDER);
        List<String> needed = isNative
                ? folder == null ? List.of() : List.of(folder + "/" + LIBRARY)
                : List.of((executable + File.pathSeparator + System.getProperty("java.class.path"))
                        .split(File.pathSeparator));
        return needed.stream()
                .filter(file -> !file.isEmpty() && !new File(file).exists())
                .findFirst();
    }

    private List<String> argv(List<String> words) {
        List<String> argv = new ArrayList<>(prefix);
        argv.addAll(words);
        return argv;
    }

    /**
     * Starts {@code child} with these descriptors. If possible, it runs from a read-only mount of the program that no
     * other process sees. Then {@code init} can be a copy of {@code child}, which saves one start of the program. This
     * requires a program with one thread, and permission to mount.
     */
    StartedChild startChild(Linux linux, int[] descriptors) {
        String run = Integer.toString(linux.processId());
        if (isNative && linux.isRoot()) {
            try (OpenFile mount = new OpenFile(linux, linux.cloneMount(program, false))) {
                linux.setMountAttributes(mount.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
                return new StartedChild(
                        linux.spawn(
                                "/proc/self/fd/" + mount.descriptor(),
                                descriptors,
                                argv(ChildStage.COPYING, run),
                                withLibraries()),
                        true);
            } catch (LinuxException e) {
                // Only root of a user namespace, or an old kernel: then init needs a start of its own.
            }
        }
        return new StartedChild(start(linux, ChildStage.NAME, descriptors, run), false);
    }

    /**
     * A {@code child} that waits for its plan.
     *
     * @param pid its process id
     * @param readOnly whether it, and thereby {@code init}, runs from a read-only mount of the program
     */
    record StartedChild(int pid, boolean readOnly) {}

    /** The dynamic loader looks for libraries beside the program, but an unattached mount has no such directory. */
    private List<String> withLibraries() {
        if (jdkLibraries().isEmpty()) {
            return env;
        }
        List<String> all = new ArrayList<>(env);
        all.add("LD_LIBRARY_PATH=" + new File(program).getParent() + ":"
                + jdkLibraries().get());
        return all;
    }

    /** The folder of the JDK's libraries, for a native executable that was not linked with them. */
    Optional<String> jdkLibraries() {
        return Optional.of(new File(program).getParent() + "/jdklib")
                .filter(folder -> isNative && new File(folder).exists());
    }

    /** Executes a stage by the program's path, so that it uses the mount in this mount namespace. */
    void become(Linux linux, String stage, String argument) {
        linux.execute(program, argv(stage, argument), env);
    }

    /**
     * Whether the caller passed {@code descriptor} to this process. Rustyrun's own descriptors are close-on-exec, but
     * files that a JVM reads are not.
     */
    boolean wasGiven(Linux linux, int descriptor) {
        if (!linux.isInherited(descriptor)) {
            return false;
        }
        String file = isNative ? "" : realPath("/proc/self/fd/" + descriptor);
        return isNative
                || !file.startsWith(realPath(System.getProperty("java.home")))
                        && !List.of(System.getProperty("java.class.path").split(File.pathSeparator))
                                .contains(file);
    }

    private List<String> argv(String stage, String argument) {
        List<String> argv = new ArrayList<>(prefix);
        argv.add(stage);
        argv.add(argument);
        return argv;
    }

    /** The instance for a stage that was started by {@link #start} with these arguments. */
    public static SelfExec ofStage(String[] arguments) {
        if (arguments.length < 2) {
            throw new IllegalArgumentException(arguments[0] + " is a stage that rustyrun run starts, not a command");
        }
        String program = isNativeImage() ? System.getenv(PROGRAM) : null;
        if (program == null) {
            return current();
        }
        String libraries = System.getenv(LIBRARIES);
        if (libraries != null && !libraries.isEmpty()) {
            System.setProperty(JFFI_FOLDER, libraries);
        }
        return nativeExecutable(program);
    }
}
