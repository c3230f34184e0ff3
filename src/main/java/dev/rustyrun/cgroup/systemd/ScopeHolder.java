package dev.rustyrun.cgroup.systemd;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MachineCode;
import dev.rustyrun.linux.OpenFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The first process of a scope. systemd ends a scope without processes, and the container's own process cannot enter it
 * yet. The holder is a very small program, so that it uses almost nothing of the scope's limits, and has a parent
 * outside that waits for it. It ends with this process, or with the first byte that is written to {@link #file}, which
 * a process does when it enters the cgroup.
 */
public final class ScopeHolder {

    private static final String NAME = "rustyrun-scope";

    /** {@code hold-x86_64.s}, assembled. */
    static final String X86_64 = """
            7f454c4602010100000000000000000002003e0001000000b00040000000000040000000000000000000000000000000
            000000004000380002004000000000000100000005000000000000000000000000004000000000000000400000000000
            04010000000000000401000000000000000001000000000051e574640600000000000000000000000000000000000000
            0000000000000000000000000000000000000000000000001000000000000000b8390000000f054883ec1085c0742e89
            0424b801000000bf010000004889e6ba040000000f05b83d00000048c7c7ffffffff31f631d24531d20f05eb0e31c031
            ff4889e6ba010000000f05b8e700000031ff0f05
            """;

    /** {@code hold-aarch64.s}, assembled. */
    static final String AARCH64 = """
            7f454c460201010000000000000000000200b70001000000b00040000000000040000000000000000000000000000000
            000000004000380002004000000000000100000005000000000000000000000000004000000000000000400000000000
            28010000000000002801000000000000000001000000000051e574640600000000000000000000000000000000000000
            0000000000000000000000000000000000000000000000001000000000000000200280d2010080d2020080d2030080d2
            040080d2881b80d2010000d4ff4300d1c00100b4e00300b9200080d2e1030091820080d2080880d2010000d400008092
            010080d2020080d2030080d2882080d2010000d406000014000080d2e1030091220080d2e80780d2010000d4000080d2
            c80b80d2010000d4
            """;

    private final Linux linux;
    private final int starter;
    private final int pid;
    private final int pipe;
    private boolean ended;

    private ScopeHolder(Linux linux, int starter, int pid, int pipe) {
        this.linux = linux;
        this.starter = starter;
        this.pid = pid;
        this.pipe = pipe;
    }

    /**
     * Starts the holder.
     *
     * @throws SystemdException if it cannot be started
     */
    public static ScopeHolder start(Linux linux) {
        int[] pipe = linux.pipe();
        int[] report = linux.pipe();
        boolean started = false;
        try (OpenFile end = new OpenFile(linux, pipe[0]);
                OpenFile readEnd = new OpenFile(linux, report[0])) {
            int starter;
            try (OpenFile writeEnd = new OpenFile(linux, report[1])) {
                starter = spawn(linux, end.descriptor(), writeEnd.descriptor());
            }
            byte[] pid = linux.readBytes(readEnd.descriptor(), Integer.BYTES);
            if (pid.length != Integer.BYTES) {
                linux.awaitIfChild(starter);
                throw new SystemdException(
                        "the first process of a scope cannot be started: check the limit of processes");
            }
            started = true;
            return new ScopeHolder(
                    linux,
                    starter,
                    ByteBuffer.wrap(pid).order(ByteOrder.LITTLE_ENDIAN).getInt(),
                    pipe[1]);
        } catch (LinuxException e) {
            throw SystemdException.of("the first process of a scope cannot be started: " + e.getMessage(), e);
        } finally {
            if (!started) {
                linux.close(pipe[1]);
            }
        }
    }

    private static int spawn(Linux linux, int input, int output) {
        try (OpenFile program = new OpenFile(linux, linux.executableMemory(NAME))) {
            linux.writeAll(program.descriptor(), MachineCode.of(X86_64, AARCH64));
            return linux.spawn(program.path(), new int[] {input, output, input}, List.of(NAME), List.of());
        }
    }

    public int pid() {
        return pid;
    }

    /** The file that ends this process when a byte is written to it. */
    public String file() {
        return "/proc/" + pid + "/fd/0";
    }

    /** Ends the holder if it has not ended yet. */
    public void end() {
        if (!ended) {
            ended = true;
            linux.close(pipe);
            linux.awaitIfChild(starter);
        }
    }
}
