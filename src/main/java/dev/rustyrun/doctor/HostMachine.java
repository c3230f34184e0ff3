package dev.rustyrun.doctor;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.KernelProbe;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.ProbedCall;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The machine that this process runs on. */
final class HostMachine implements Machine {

    private static final int LARGE = 8000;
    private static final int S_ISUID = 04000;
    private static final List<String> ENVIRONMENT =
            List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C");

    private final Linux linux;
    private final KernelProbe probe = new KernelProbe();
    private final boolean isNative;

    HostMachine(Linux linux, boolean isNative) {
        this.linux = linux;
        this.isNative = isNative;
    }

    /**
     * Reads in large pieces: files below /proc/sys return their content only to the first read(2), and
     * Files.readAllBytes first reads a single byte when the size is 0. Decodes as ISO-8859-1, which cannot fail: the
     * checks look only for ASCII.
     */
    @Override
    public Optional<String> text(String path) {
        try (InputStream file = new FileInputStream(path)) {
            StringBuilder text = new StringBuilder();
            byte[] piece = new byte[LARGE];
            for (int got; (got = file.read(piece)) > 0; ) {
                text.append(new String(piece, 0, got, StandardCharsets.ISO_8859_1));
            }
            return Optional.of(text.toString());
        } catch (IOException notForUs) {
            return Optional.empty();
        }
    }

    @Override
    public String path() {
        return Optional.ofNullable(System.getenv("PATH")).orElse("");
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(Path.of(path));
    }

    @Override
    public boolean mayWrite(String path) {
        return Files.isWritable(Path.of(path));
    }

    @Override
    public boolean raisesRights(String path) {
        return (linux.status(path).mode() & S_ISUID) != 0 || probe.hasAttribute(path, "security.capability");
    }

    @Override
    public int unshare(int flags) {
        AtomicInteger errno = new AtomicInteger();
        Thread thread = new Thread(
                () -> {
                    try {
                        linux.unshare(flags);
                    } catch (LinuxException e) {
                        errno.set(e.errno());
                    }
                },
                "doctor-unshare");
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return errno.get();
    }

    /**
     * Uses unshare(1): unshare(CLONE_NEWUSER) fails if this process has several threads, and a process cannot return to
     * its old user namespace. The command's output comes back through its descriptor 3.
     */
    @Override
    public Trial inUserNamespace(String options, String... command) {
        Optional<String> unshare = unshareProgram();
        if (unshare.isEmpty()) {
            return new Trial.NotTried("unshare(1) of util-linux is not installed");
        }
        List<String> argv = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" >&3 2>&3 3>&-", "sh"));
        argv.addAll(List.of(unshare.get(), "-U", "-r"));
        argv.addAll(List.of(options.split(" ")));
        argv.addAll(List.of(command));
        Spoken spoken;
        try {
            spoken = spawn(argv);
        } catch (LinuxException e) {
            return new Trial.NotTried(e.getMessage());
        }
        String said = everythingFrom(spoken.socket());
        int exitCode = linux.await(spoken.child()).exitCode();
        return exitCode == 0 ? new Trial.Done() : new Trial.Refused(said.isEmpty() ? "exit status " + exitCode : said);
    }

    private Optional<String> unshareProgram() {
        return Stream.of("/usr/bin/unshare", "/bin/unshare", "/usr/sbin/unshare")
                .filter(this::exists)
                .findFirst();
    }

    /** A helper process whose descriptor 3 is the other end of {@code socket}. */
    private record Spoken(int child, int socket) {}

    private Spoken spawn(List<String> argv) {
        int[] pair = linux.socketPair();
        try {
            return new Spoken(linux.spawn("/bin/sh", pair[1], argv, ENVIRONMENT), pair[0]);
        } catch (LinuxException e) {
            linux.close(pair[0]);
            throw e;
        } finally {
            linux.close(pair[1]);
        }
    }

    /**
     * The kernel takes the mapping from the user namespace of a helper process, which lives until its socket is closed.
     */
    @Override
    public int mapIds(String folder) {
        Optional<String> unshare = unshareProgram();
        if (unshare.isEmpty()) {
            return Errno.ENOENT;
        }
        try {
            Spoken helper =
                    spawn(List.of("sh", "-c", "exec \"$0\" -U -r sh -c 'echo >&3; read line <&3'", unshare.get()));
            try {
                linux.receive(helper.socket(), new byte[1], 1);
                mapIds(folder, helper.child());
                return 0;
            } finally {
                linux.close(helper.socket());
                linux.await(helper.child());
            }
        } catch (LinuxException e) {
            return e.errno();
        }
    }

    private void mapIds(String folder, int helper) {
        try (OpenFile mount = new OpenFile(linux, linux.cloneMount(folder, false));
                OpenFile namespace =
                        new OpenFile(linux, linux.open("/proc/" + helper + "/ns/user", FileFlag.O_RDONLY))) {
            linux.setMountAttributes(mount.descriptor(), MountAttr.mappingIds(namespace.descriptor()), false);
        }
    }

    private String everythingFrom(int socket) {
        StringBuilder said = new StringBuilder();
        byte[] buffer = new byte[4096];
        for (int got; (got = linux.receive(socket, buffer, buffer.length).count()) > 0; ) {
            said.append(new String(buffer, 0, got, StandardCharsets.ISO_8859_1));
        }
        linux.close(socket);
        return said.toString().strip().replace("\n", "; ");
    }

    @Override
    public int errnoOf(ProbedCall call) {
        return probe.errnoOf(call);
    }

    @Override
    public boolean hasSeccompAction(int action) {
        return probe.hasSeccompAction(action);
    }

    @Override
    public Optional<String> libseccomp() {
        return probe.libseccompVersion();
    }

    @Override
    public boolean isNative() {
        return isNative;
    }

    @Override
    public String rootfsFolder() {
        String set = System.getenv().getOrDefault("RUSTYRUN_ROOTFS_FOLDER", "");
        return Stream.of(set, "root-file-systems", "/var/lib/rustyrun/root-file-systems")
                .filter(folder -> !folder.isEmpty() && exists(folder))
                .map(folder -> Path.of(folder).toAbsolutePath().toString())
                .findFirst()
                .orElse("/");
    }

    @Override
    public String temporaryFolder() {
        return System.getProperty("java.io.tmpdir", "/tmp");
    }
}
