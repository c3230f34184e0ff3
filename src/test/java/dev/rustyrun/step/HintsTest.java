package dev.rustyrun.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Errno;
import org.junit.jupiter.api.Test;

/** What the error of a failed step advises. */
class HintsTest {

    @Test
    void errors_of_pasta_say_what_to_check() {
        assertTrue(NetworkStep.AwaitNetwork.advice("Failed to bind any port for '-t 80:80', exiting")
                .contains("another program listens there"));
        assertTrue(NetworkStep.AwaitNetwork.advice("Failed to open tun socket in namespace")
                .contains("/dev/net/tun"));
        assertEquals("", NetworkStep.AwaitNetwork.advice("Invalid port specifier"));
    }

    @Test
    void a_proc_that_must_not_be_mounted_may_be_the_hosts() {
        assertTrue(mount("proc").hint(Errno.EPERM).contains("leave out --pid host"));
        assertFalse(mount("tmpfs").hint(Errno.EPERM).contains("--pid"));
    }

    @Test
    void an_ordinary_user_needs_a_user_namespace() {
        assertTrue(new NamespaceStep.Unshare(0).hint(Errno.EPERM).contains("without --userns host"));
    }

    private static Step mount(String type) {
        return new FileSystemStep.MountFileSystem(type, type, "/" + type, 0, "", 0, false, false);
    }
}
