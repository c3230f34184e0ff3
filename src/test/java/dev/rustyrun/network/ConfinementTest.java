package dev.rustyrun.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** The seccomp filter of a proxy, interpreted as the kernel does; Documentation/networking/filter.rst. */
class ConfinementTest {

    private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));
    private static final int ARCHITECTURE = ARM ? 0xc00000b7 : 0xc000003e;
    private static final int ALLOW = 0x7fff0000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050026;
    private static final int CLONE = ARM ? 220 : 56;
    private static final int SOCKET = ARM ? 198 : 41;

    private static int decide(int architecture, int number, int argument) {
        ByteBuffer filter = ByteBuffer.wrap(Confinement.filter()).order(ByteOrder.nativeOrder());
        int loaded = 0;
        for (int at = 0; at < filter.capacity(); at += 8) {
            int value = filter.getInt(at + 4);
            boolean holds =
                    switch (filter.getShort(at)) {
                        case 0x20 -> {
                            loaded = value == 0 ? number : value == 4 ? architecture : argument;
                            yield true;
                        }
                        case 0x15 -> loaded == value;
                        case 0x35 -> Integer.compareUnsigned(loaded, value) >= 0;
                        case 0x45 -> (loaded & value) != 0;
                        case 0x06 -> {
                            yield true;
                        }
                        default -> fail("no such instruction");
                    };
            if (filter.getShort(at) == 0x06) {
                return value;
            }
            at += 8 * (filter.get(holds ? at + 2 : at + 3) & 0xff);
        }
        return fail("the program does not end");
    }

    @Test
    void a_proxy_starts_no_program_and_makes_no_namespace() {
        assertEquals(EPERM, decide(ARCHITECTURE, ARM ? 221 : 59, 0), "execve");
        assertEquals(EPERM, decide(ARCHITECTURE, ARM ? 281 : 322, 0), "execveat");
        assertEquals(EPERM, decide(ARCHITECTURE, ARM ? 117 : 101, 0), "ptrace");
        assertEquals(EPERM, decide(ARCHITECTURE, 442, 0), "mount_setattr");
        assertEquals(EPERM, decide(ARCHITECTURE, CLONE, 0x10000000), "clone CLONE_NEWUSER");
        assertEquals(ENOSYS, decide(ARCHITECTURE, 435, 0), "clone3");
    }

    @Test
    void it_has_threads_files_and_the_sockets_that_it_needs() {
        assertEquals(ALLOW, decide(ARCHITECTURE, CLONE, 0x3d0f00), "a thread");
        assertEquals(ALLOW, decide(ARCHITECTURE, ARM ? 63 : 0, 0), "read");
        for (int family : new int[] {1, 2, 10, 16}) {
            assertEquals(ALLOW, decide(ARCHITECTURE, SOCKET, family));
        }
        assertEquals(EPERM, decide(ARCHITECTURE, SOCKET, 17), "AF_PACKET");
        assertEquals(EPERM, decide(ARCHITECTURE, SOCKET, 40), "AF_VSOCK");
    }

    @Test
    void another_architecture_cannot_bypass_the_filter() {
        assertEquals(EPERM, decide(0x40000003, 1, 0));
        assertEquals(ARM ? ALLOW : EPERM, decide(ARCHITECTURE, 0x40000001, 0));
    }
}
