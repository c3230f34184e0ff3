package dev.rustyrun.container;

import dev.rustyrun.cgroup.CgroupLayout;
import dev.rustyrun.container.files.HostFiles;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.spec.OutputException;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StageSpawner;
import java.util.ArrayList;
import java.util.List;

/** The process of a command: its user, program, terminal, output and signals. */
public final class OwnProcess {

    private static final int STDIN = 0;
    private static final int STDOUT = 1;

    private final Linux linux;
    private final SelfExec self;

    public OwnProcess(Linux linux, SelfExec self) {
        this.linux = linux;
        this.self = self;
    }

    /**
     * This process.
     *
     * @throws UnsatisfiedLinkError when a native library is missing
     */
    public static OwnProcess current() {
        SelfExec self = SelfExec.current();
        return new OwnProcess(Linux.host(), self);
    }

    /** Whether this process is the native executable. */
    public static boolean isNative() {
        return SelfExec.isNativeImage();
    }

    /** From now on, exceptions for calls of the kernel record where they were thrown, in a native executable too. */
    public static void recordStackTraces() {
        LinuxException.recordStackTraces();
    }

    public boolean isRoot() {
        return linux.isRoot();
    }

    public int id() {
        return linux.processId();
    }

    Linux linux() {
        return linux;
    }

    SelfExec self() {
        return self;
    }

    /**
     * The containers of this user.
     *
     * @param folder the folder of their states; empty for the default
     * @param systemdMakesCgroups whether systemd makes the cgroups of new containers
     */
    public ContainerStore store(String folder, boolean systemdMakesCgroups) {
        return ContainerStore.at(linux, folder).withSystemd(systemdMakesCgroups);
    }

    /** The objects that commands on the containers of {@code store} use. */
    public CommandTools tools(ContainerStore store) {
        return new CommandTools(linux, self, store);
    }

    /** The objects that an engine for the containers of {@code store} uses. */
    public LaunchTools engineTools(ContainerStore store) {
        return new LaunchTools(linux, self, new StageSpawner(linux, self), store);
    }

    /** The images of this user. */
    public ImageStore images() {
        return ImageStore.open(linux).with(new ContainerLayers(linux, self));
    }

    /** The files of this machine. */
    public HostFiles files() {
        return new HostFiles(linux);
    }

    /** Whether this machine has pure cgroup v2. */
    public boolean hasOnlyCgroupV2() {
        return CgroupLayout.detect(linux).kind() == CgroupLayout.Kind.V2;
    }

    public int userId() {
        return linux.userId();
    }

    public int groupId() {
        return linux.groupId();
    }

    public boolean readsTerminal() {
        return linux.isTerminal(STDIN);
    }

    public boolean printsToTerminal() {
        return linux.isTerminal(STDOUT);
    }

    /** The size of the terminal of standard input, or {@link Spec.ConsoleSize#UNSET}. */
    public Spec.ConsoleSize inputSize() {
        return size(STDIN);
    }

    /** The size of the terminal of standard output, or {@link Spec.ConsoleSize#UNSET}. */
    public Spec.ConsoleSize outputSize() {
        return size(STDOUT);
    }

    private Spec.ConsoleSize size(int descriptor) {
        if (!linux.isTerminal(descriptor)) {
            return Spec.ConsoleSize.UNSET;
        }
        WindowSize size = linux.windowSize(descriptor);
        return new Spec.ConsoleSize(size.rows(), size.columns());
    }

    /**
     * Writes to a descriptor.
     *
     * @throws OutputException when it cannot be written
     */
    public void print(int descriptor, byte[] bytes) {
        try {
            linux.writeAll(descriptor, bytes);
        } catch (LinuxException e) {
            throw new OutputException(e.getMessage(), Errno.describe(e.errno()), e.errno() == Errno.EPIPE);
        }
    }

    /** Opens standard descriptors that are closed, so that no other file gets their numbers. */
    public void openMissingStandardDescriptors() {
        linux.openMissingStandardDescriptors();
    }

    /** Ends this process. */
    public void exit(int status) {
        linux.exit(status);
    }

    /** This process's standard input and signals, to be relayed to a container. */
    public OwnInput input() {
        return new OwnInput(linux);
    }

    /**
     * Blocks signals and reads them from a descriptor, so that they can be forwarded to the command. Call it first: a
     * JVM may re-execute itself here.
     *
     * @param arguments the arguments of this process
     */
    public void takeSignals(List<String> arguments) {
        self.becomeStageReady(linux, arguments);
    }

    public void changeDirectory(String directory) {
        linux.changeDirectory(directory);
    }

    /** Replaces this process by {@code program}, with the same environment; {@code words} are its argv. */
    public void become(String program, List<String> words) {
        List<String> environment = new ArrayList<>();
        System.getenv().forEach((name, value) -> environment.add(name + "=" + value));
        linux.execute(program, words, environment);
    }
}
