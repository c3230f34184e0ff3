package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.MachineCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The program of a container's PID 1 with {@code --init}: it is very small, reaps orphans, forwards signals and exits
 * with the command's status. The source in {@code src/main/asm} explains how the bytes are produced. The program's last
 * bytes are the command's process id.
 */
final class InitProgram {

    /** Its name in the container's process list. */
    static final String NAME = "init";

    /** {@code init-x86_64.s}, assembled. */
    static final String X86_64 = """
            7f454c4602010100000000000000000002003e0001000000b00040000000000040000000000000000000000000000000
            000000004000380002004000000000000100000005000000000000000000000000004000000000000000400000000000
            7c010000000000007c01000000000000000001000000000051e574640600000000000000000000000000000000000000
            00000000000000000000000000000000000000000000000010000000000000004881ec90000000b89d000000bf0f0000
            00488d35990000000f05b83d00000048c7c7ffffffff488db42480000000ba010000004531d20f0585c07e283b058600
            000075d68b84248000000089c783e77f740881c780000000eb030fb6fcb8e70000000f05b880000000488d3d48000000
            4889e631d241ba080000000f0583f811749885c07ede8d48ff488b1530000000480fa3ca73ce817c24088000000074c4
            89c68b3d20000000b83e0000000f05ebb3696e69740066900000000000000000000000000000000000000000
            """;

    /** {@code init-aarch64.s}, assembled. */
    static final String AARCH64 = """
            7f454c460201010000000000000000000200b70001000000b00040000000000040000000000000000000000000000000
            000000004000380002004000000000000100000005000000000000000000000000004000000000000000400000000000
            84010000000000008401000000000000000001000000000051e574640600000000000000000000000000000000000000
            0000000000000000000000000000000000000000000000001000000000000000ff4302d1e00180d281050010e81480d2
            010000d400008092e1030291220080d2030080d2882080d2010000d41f0000718d010054e10400181f00016bc1feff54
            e18340b920180072600000540000021102000014203c0853c80b80d2010000d400030010e1030091020080d2030180d2
            281180d2010000d41f440071c0fcff541f000071edfeff5401040051e20100584224c19a62fe0736e20b40b95f000271
            00feff54e103002a40010018281080d2010000d4ebffff17696e69740000000000000000000000000000000000000000
            00000000
            """;

    private final MemoryProgram program;

    private InitProgram(MemoryProgram program) {
        this.program = program;
    }

    /** Creates a file with the program; empty if the kernel or a limit forbids that. */
    static Optional<InitProgram> create(Linux linux) {
        byte[] image = image(MachineCode.of(X86_64, AARCH64));
        return MemoryProgram.create(linux, NAME)
                .filter(program -> program.write(Arrays.copyOf(image, image.length - Integer.BYTES)))
                .map(InitProgram::new);
    }

    /** The program with the signal sets, but without the process id. */
    static byte[] image(byte[] assembled) {
        ByteBuffer.wrap(assembled)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(assembled.length - 20, LaunchSignals.HANDLED.bits())
                .putLong(assembled.length - 12, LaunchSignals.FORWARDED.bits());
        return assembled;
    }

    /**
     * Executes this program, with {@code command} as the process to watch; returns only if that fails.
     *
     * @param byPath whether to use execve(2) with a path in {@code /proc}, because a filter forbids execveat(2)
     */
    void become(int command, boolean byPath) {
        byte[] pid = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(command)
                .array();
        if (program.write(pid)) {
            program.become(List.of(NAME), List.of(), byPath);
        }
    }
}
