package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.MachineCode;
import dev.rustyrun.step.ExecStep.Parting;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The small program that {@code init} becomes to execute the command in a joined PID namespace. A copy of the program
 * appears there and executes the command; the processes there find nothing of Rustyrun in the memory of that copy. The
 * source in {@code src/main/asm} explains how the bytes are produced, and which messages the program sends and
 * receives.
 */
public final class AppearProgram {

    /** The name of the file in memory. */
    static final String NAME = "exec";
    /** Subtracted from the negative errno of ptrace(2), if that failed; the copy is not traced then. */
    public static final int TRACE_FAILED = 0x10000;
    /** Lets the program continue, and has its copy traced by the parent until the copy is the command. */
    public static final byte GO_TRACED = 't';

    /** The size of the numbers at the end of the program. */
    private static final int NUMBERS = 10 * Integer.BYTES;
    /** The size of a limit: the resource number, the soft and the hard limit. */
    private static final int LIMIT = 3 * Long.BYTES;
    /** The offset of the size of its segment in the file; the size in memory follows. */
    private static final int SIZES = 96;
    /** The address at which the file is loaded. */
    private static final int ADDRESS = 0x400000;
    /** The offset of the data after the errno in a report. */
    private static final int AFTER_ERRNO = 6;

    private static final int NO_GATE = -1;

    /** {@code appear-x86_64.s}, assembled. */
    static final String X86_64 = """
        7f454c4602010100000000000000000002003e0001000000b00040000000000040000000000000000000000000000000
        000000004000380002004000000000000100000005000000000000000000000000004000000000000000400000000000
        48030000000000004803000000000000000001000000000051e574640600000000000000000000000000000000000000
        00000000000000000000000000000000000000000000000010000000000000004889e34883ec20b89d000000bf040000
        0031f60f05e87f00000041bd11800000803c2474752731ff31f631d24531d2b8650000000f0585c0740c2d00000100e8
        37000000eb074181cd00200000b8380000004489ef31f631d24531d24531c00f0585c074524189c4e80e0000004489e7
        c1ff1f83e77de9830100000fc889442410b8010000008b3de4010000488d742410ba040000000f05c331c08b3dcf0100
        00488d742408ba010000000f0583f8010f8543010000c3833dc6010000007411b89d000000bf01000000be090000000f
        05b8700000000f05833d95010000007418b81000000031ffbe0e54000031d20f0585c00f88f0000000448b2578010000
        448b2d750100004585ed7430b8010000004489e7488d3545010000ba010000000f0585c00f88bf000000b80300000044
        89e70f0541ffc441ffcdebcb8b3d2e010000e8be0000008b3d3b01000085ff7810e8af0000008b3d30010000e8a40000
        00b80e000000bf02000000488d35f600000031d241ba080000000f05e818ffffff8b3d0101000085ff781331c0488d74
        2408ba010000000f0583f801755b4c8d25f3000000448b2dd40000004585ed7422b82e01000031ff498b3424498d5424
        084531d20f0585c0781f4983c41841ffcdebd9b83b0000004c89e7488d7308488b13488d54d3100f05f7d8833d960000
        00007d23e882feffffbf7d000000b8e70000000f05b848000000be02000000ba010000000f05c30fc8894424108b356d
        000000ba02000000e825000000488d742410ba04000000e8160000008b354e00000083c6068b1549000000e802000000
        eba7b8010000008b3d2f0000000f05c3300f1f8000000000000000000000000000000000000000000000000000000000
        000000000000000000000000000000000000000000000000
        """;

    /** {@code appear-aarch64.s}, assembled. */
    static final String AARCH64 = """
        7f454c460201010000000000000000000200b70001000000b00040000000000040000000000000000000000000000000
        000000004000380002004000000000000100000005000000000000000000000000004000000000000000400000000000
        50030000000000005003000000000000000001000000000051e574640600000000000000000000000000000000000000
        0000000000000000000000000000000000000000000000001000000000000000f3030091ff8300d1800080d2010080d2
        e81480d2010000d42600009436029052e10340393fd0017181010054000080d2010080d2020080d2030080d2a80e80d2
        010000d480000034004040511100009402000014d6021332e003162a010080d2020080d2030080d2040080d2881b80d2
        010000d4e0020034f403002a05000094807e1f13a10f80520000010a5f0000140008c05ae01300b9000f0018e1430091
        820080d2080880d2010000d4c0035fd6400e0018e1030091220080d2e80780d2010000d41f040071e1090054c0035fd6
        e10d0018a1000034200080d2210180d2e81480d2010000d4a81380d2010000d4610c0018e1000034000080d2c1818ad2
        020080d2a80380d2010000d44007f837940b0018950b0018b5010034e003142a410a0010220080d2080880d2010000d4
        2006f837e003142a280780d2010000d494060011b5060051f4ffff176009001830000094e00900188000f8372d000094
        a00900182b000094400080d221080010020080d2030180d2e81080d2010000d4ccffff9760080018e000f837e1030091
        220080d2e80780d2010000d41f04007121030054f40700101507001875010034000080d2810240f982220091030080d2
        a82080d2010000d46001f83794620091b5060051f6ffff17e00314aa61220091620240f9620e028b42400091a81b80d2
        010000d4e003004bc10400184101f836a4ffff97a00f8052c80b80d2010000d4410080d2220080d2280380d2010000d4
        c0035fd60008c05ae01300b961030018420080d209000094e1430091820080d206000094a10200182118009182020018
        02000094ecffff17e0010018080880d2010000d4c0035fd6300000001f2003d500000000000000000000000000000000
        0000000000000000000000000000000000000000000000000000000000000000
        """;

    private final MemoryProgram program;

    private AppearProgram(MemoryProgram program) {
        this.program = program;
    }

    /**
     * Writes the program to a file in memory; empty if the kernel or a limit forbids that.
     *
     * @param path path of the command
     * @param socket descriptor of the socket on which the program and its parent exchange messages
     */
    static Optional<AppearProgram> create(Linux linux, ExecStep.ExecAppearing step, String path, int socket) {
        byte[] image = image(MachineCode.of(X86_64, AARCH64), step, path, socket);
        return MemoryProgram.create(linux, NAME)
                .filter(program -> program.write(image))
                .map(AppearProgram::new);
    }

    static byte[] image(byte[] assembled, ExecStep.ExecAppearing step, String path, int socket) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        byte[] report = reportOf(step, path);
        int reportAt = assembled.length + step.limits().size() * LIMIT + name.length + 1;
        byte[] image = Arrays.copyOf(assembled, reportAt + report.length);
        boolean waits = step.parting() == Parting.BEFORE_START;
        ByteBuffer rest = ByteBuffer.wrap(image)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(SIZES, image.length)
                .putLong(SIZES + Long.BYTES, image.length)
                .position(assembled.length - NUMBERS)
                .putInt(socket)
                .putInt(step.terminal() ? 1 : 0)
                .putInt(Connection.FIRST_HANDED_DOWN)
                .putInt(step.cgroups())
                .putInt(step.limits().size())
                .putInt(step.parting() == Parting.NEVER ? 1 : 0)
                .putInt(waits ? gateOf(step) : NO_GATE)
                .putInt(waits ? gateOf(step) + 1 : 0)
                .putInt(waits ? ADDRESS + reportAt : 0)
                .putInt(waits ? report.length - AFTER_ERRNO : 0);
        step.limits()
                .forEach(limit ->
                        rest.putLong(limit.resource()).putLong(limit.soft()).putLong(limit.hard()));
        rest.put(name).position(reportAt);
        rest.put(report);
        return image;
    }

    /** The report that the program writes to a file when no other process is left to report a failure. */
    private static byte[] reportOf(ExecStep.ExecAppearing step, String path) {
        return step.parting() == Parting.BEFORE_START
                ? ReportCodec.encode(
                        new Report.ExecuteFailed(0, path, String.join("\0", Command.namesOf(step.limits()))))
                : new byte[0];
    }

    /**
     * The descriptor from which the program reads to wait for its start; the next descriptor is the file for reports.
     */
    static int gateOf(ExecStep.ExecAppearing step) {
        // These descriptors follow the socket, and the joined PID namespace.
        return Connection.FIRST_HANDED_DOWN + step.handedDown() + 2;
    }

    /** Executes this program; returns only if that fails. */
    void become(List<String> argv, List<String> env, boolean byPath) {
        program.become(argv, env, byPath);
    }
}
