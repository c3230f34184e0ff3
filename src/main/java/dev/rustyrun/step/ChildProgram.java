package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.MachineCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The small program that {@code child} becomes once its container has run for a moment: it waits for {@code init} like
 * {@code child}, and needs a fraction of the memory. The source in {@code src/main/asm} explains how the bytes are
 * produced.
 */
public final class ChildProgram {

    private static final String NAME = "child";

    /** {@code child-x86_64.s}, assembled. */
    static final String X86_64 = """
            7f454c4602010100000000000000000002003e0001000000b00040000000000040000000000000000000000000000000
            000000004000380002004000000000000100000005000000000000000000000000004000000000000000400000000000
            ac02000000000000ac02000000000000000001000000000051e574640600000000000000000000000000000000000000
            00000000000000000000000000000000000000000000000010000000000000004881ecd0000000bf0400000031f6e8a2
            010000bf01000000be0e000000e893010000bf0f000000488d35ab010000e882010000e893010000740abe09000000e8
            79010000b83d0000008b3da10100004889e6ba010000004531d20f0585c074080f8843010000eb3db880000000488d3d
            6c010000488d74241031d241ba080000000f0583f81174bc85c07edc8d48ff488b1552010000480fa3ca739789c6e81a
            010000ebc3b86200000048c7c7ffffffff488d7424100f05488b44241048034424204869c040420f0048034424184803
            442428b91300000041b80a00000031d249f7f080c23088940cad000000ffc975ed66c78424a000000005008b04240fc8
            898424a2000000c78424a600000000000013c78424aa00000000000000b801000000bf03000000488db424a0000000ba
            210000000f05e8900000007455448b25b4000000488d1db10000004585e4744241bd64000000b8070100008b3b488d73
            088b53040f0583f8f07515b80700000031ff31f6ba0a0000000f0541ffcd75d64883c30848ffc3807bff0075f741ffcc
            ebb98b042489c783e77f740881c780000000eb0a0fb6fceb05bf7d000000b8e70000000f05b89d0000000f05c3b83e00
            00008b3d280000000f05c3b86e0000000f053b051c000000c36368696c64009000000000000000000000000000000000
            000000000000000000000000
            """;

    /** {@code child-aarch64.s}, assembled. */
    static final String AARCH64 = """
            7f454c460201010000000000000000000200b70001000000b00040000000000040000000000000000000000000000000
            000000004000380002004000000000000100000005000000000000000000000000004000000000000000400000000000
            d402000000000000d402000000000000000001000000000051e574640600000000000000000000000000000000000000
            0000000000000000000000000000000000000000000000001000000000000000ff4303d1800080d2010080d26c000094
            200080d2c10180d269000094e00180d2610e0010660000946c00009460000054210180d265000094000f0018e1030091
            220080d2030080d2882080d2010000d460000034e00af83712000014600d0010e1430091020080d2030180d2281180d2
            010000d41f44007100feff541f000071edfeff5401040051420c00584224c19ac2fc0736e103002a4c000094f0ffff17
            00008092e1430091a81480d2010000d4e00741a9e20f42a90000028b2100038b024888d2e201a0f20004029b420180d2
            63028052e4c302910508c29aa680029be00305aac6c00011630400518648233843ffff35a0008052e0470179e00340b9
            0008c05ae0a700b90060a252e0ab00b9ffaf00b9600080d2e18b0291220480d2080880d2010000d42c00009440030054
            9407001893070010f4020034950c8052600240b961220091620640b9680480d2010000d41f40003141010054000080d2
            010080d2a2040010030080d2040080d2280980d2010000d4b506005135feff357322009160164038e0ffff3594060051
            eaffff17e10340b920180072600000540000021104000014203c085302000014a00f8052c80b80d2010000d4e81480d2
            010000d4c0035fd680020018281080d2010000d4c0035fd6a81580d2010000d4e10100181f00016bc0035fd66368696c
            640000001f2003d500000000000000008096980000000000000000000000000000000000000000000000000000000000
            00000000
            """;

    /** The size of the values at the end of the program. */
    private static final int VALUES = 2 * Long.BYTES + 3 * Integer.BYTES;
    /** The offset of the size of its segment in the file; the size in memory follows. */
    private static final int SIZES = 96;

    private ChildProgram() {}

    /**
     * Executes the program; returns only if that fails. The caller has blocked {@link LaunchSignals#HANDLED}.
     *
     * @param argv this process's command line
     * @param init the child of this process
     * @param run the parent of this process
     * @param cleanup what to remove when {@code run} has ended
     */
    public static void become(Linux linux, List<String> argv, int init, int run, Cleanup cleanup) {
        byte[] image = image(MachineCode.of(X86_64, AARCH64), init, run, cleanup);
        Optional<MemoryProgram> program = MemoryProgram.create(linux, NAME);
        if (program.isEmpty() || !program.get().write(image)) {
            return;
        }
        if (!StepContext.isNativeImage()) {
            // A JVM has opened more files, not all of them close-on-exec.
            linux.closeOnExecFrom(Connection.DESCRIPTOR);
        }
        linux.keepOnExec(Connection.DESCRIPTOR);
        for (int directory : cleanup.descriptors()) {
            linux.keepOnExec(directory);
        }
        program.get().become(argv, List.of(), false);
    }

    static byte[] image(byte[] assembled, int init, int run, Cleanup cleanup) {
        byte[] entries = cleanup.encode();
        byte[] image = Arrays.copyOf(assembled, assembled.length + entries.length);
        ByteBuffer.wrap(image)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(SIZES, image.length)
                .putLong(SIZES + Long.BYTES, image.length)
                .position(assembled.length - VALUES)
                .putLong(LaunchSignals.HANDLED.bits())
                .putLong(LaunchSignals.FORWARDED.bits())
                .putInt(init)
                .putInt(run)
                .putInt(cleanup.size())
                .put(entries);
        return image;
    }
}
