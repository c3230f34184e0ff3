package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MachineCode;
import dev.rustyrun.linux.OpenFile;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a program that serves one container from the host and ends with it, even if every other process is killed. The
 * guard, a small program, is PID 1 of a PID namespace that contains the served program. It exits when the container's
 * PID 1 ends, and then the kernel kills the program. The source is in {@code src/main/asm}.
 */
final class GuardProgram {

    /** The program's descriptor for the container's network namespace. */
    static final int NAMESPACE = 5;

    /** {@code guard-x86_64.s}, assembled. */
    static final String X86_64 = """
            7f454c4602010100000000000000000002003e0001000000b00040000000000040000000000000000000000000000000
            000000004000380002004000000000000100000005000000000000000000000000004000000000000000400000000000
            48020000000000004802000000000000000001000000000051e574640600000000000000000000000000000000000000
            00000000000000000000000000000000000000000000000010000000000000004889e34883ec10bf06000000e8390100
            00b8700000000f05b850000000488d3d700100000f05b810000000bf05000000be01b7000031d20f0585c0782c89c7b8
            34010000be000000100f0585c0781ab87700000031ff31f631d20f05b87500000031ff31f631d20f05b810010000bf00
            0000200f0585c00f88b5000000e8d000000085c00f88a8000000740e89c5e8d600000031ffe9a9000000e8b300000085
            c00f888b000000745889c5e8b9000000833c2400757c488d35d9000000e8c0000000bf04000000e87e000000bf020000
            00e874000000c7042403000000c744240401000000b8070000004889e7be01000000baffffffff0f0585c07ed931ffeb
            42bf03000000e83f000000bf04000000e835000000488b03488d7308488d54c310488b3eb83b0000000f05bf7f000000
            eb11488d355e000000e844000000bf01000000b8e70000000f05b8030000000f05c3b838000000bf1100000031f631d2
            4531d24531c00f05c3b83d00000089ef488d74240831d24531d20f0583f8fc74e8c3b801000000bf04000000ba010000
            000f05c32f000001
            """;

    /** {@code guard-aarch64.s}, assembled. */
    static final String AARCH64 = """
            7f454c460201010000000000000000000200b70001000000b00040000000000040000000000000000000000000000000
            000000004000380002004000000000000100000005000000000000000000000000004000000000000000400000000000
            70020000000000007002000000000000000001000000000051e574640600000000000000000000000000000000000000
            0000000000000000000000000000000000000000000000001000000000000000f3030091ff4300d1c000805253000094
            a81380d2010000d4200d0010280680d2010000d4a00080d221e096d2020080d2a80380d2010000d4e001f8370100a2d2
            882180d2010000d46001f837000080d2010080d2020080d2a81280d2010000d4000080d2010080d2020080d2681280d2
            010000d40000a4d2280c80d2010000d42006f83738000094e005f837a0000034f403002a3c000094000080522d000014
            310000940005f83740030034f403002a35000094e00340b960040035010800503a000094800080522400009440008052
            2200009460008052e00300b920008052e00700b9e0030091210080d2020080d2030080d2040080d2280980d2010000d4
            1f0000718dfeff5400008052110000146000805211000094800080520f000094630240f961220091220c038b42200091
            200040f9a81b80d2010000d4e00f805204000014c10300701800009420008052c80b80d2010000d4280780d2010000d4
            c0035fd6200280d2010080d2020080d2030080d2040080d2881b80d2010000d4c0035fd6e003142ae1030091020080d2
            030080d2882080d2010000d41f10003120ffff54c0035fd6800080d2220080d2080880d2010000d4c0035fd62f000001
            """;

    private static final String NAME = "guard";
    /** Higher than the descriptors that the program gets, so that none overwrites another. */
    private static final int ABOVE = 16;

    private static final int SELF = 6;

    private final Linux linux;

    GuardProgram(Linux linux) {
        this.linux = linux;
    }

    /**
     * Starts the program in the user namespace that owns {@code namespace}.
     *
     * @param words path of the program, and its arguments; the program must become a daemon when it is ready
     * @param container pidfd of the container's PID 1
     * @param namespace network namespace of the container
     * @param nothing /dev/null
     * @param reports receives the program's errors, and then one byte: 0 when it is ready, 1 when it failed
     * @return the id of the process that ends last
     */
    int start(List<String> words, OpenFile container, OpenFile namespace, OpenFile nothing, OpenFile reports) {
        int program = linux.executableMemory(NAME);
        List<OpenFile> passed = new ArrayList<>();
        try (OpenFile file = new OpenFile(linux, program)) {
            linux.writeAll(program, MachineCode.of(X86_64, AARCH64));
            for (OpenFile each : List.of(nothing, nothing, reports, container, reports, namespace, file)) {
                passed.add(new OpenFile(linux, linux.duplicateFrom(each.descriptor(), ABOVE)));
            }
            int[] numbers = passed.stream().mapToInt(OpenFile::descriptor).toArray();
            return linux.spawnWith("/proc/self/fd/" + SELF, words, List.of(), numbers);
        } catch (LinuxException e) {
            throw new StepFailure("the guard of " + words.get(0) + " cannot start: " + e.getMessage());
        } finally {
            passed.forEach(OpenFile::close);
        }
    }
}
