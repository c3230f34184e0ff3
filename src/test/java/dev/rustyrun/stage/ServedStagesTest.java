package dev.rustyrun.stage;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.it.Host;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServedStagesTest {

    private final Linux linux = Linux.host();

    /** A child with a process that keeps the child's channel open, and ends when the other end is closed. */
    private ServedStages start() {
        List<String> command = List.of("sh", "-c", "cat <&3 >&3 & wait");
        return ServedStages.start(
                linux, SelfExec.current(), files -> linux.spawn("/bin/sh", files, command, List.of()));
    }

    @Test
    void a_killed_child_is_noticed_although_its_init_has_the_channel_open() throws Exception {
        ServedStages stages = start();
        Host.eventually(
                "it has started another", () -> !Host.childrenOf(stages.child()).isEmpty());
        assertTrue(stages.areWaiting());
        long init = Host.childrenOf(stages.child()).get(0);
        linux.kill(stages.child(), Signal.SIGKILL.number());
        Host.eventually("it is found to have ended", () -> !stages.areWaiting());
        assertTrue(Files.exists(Path.of("/proc/" + init)), "the channel was open");
        stages.abandon();
        assertFalse(Files.exists(Path.of("/proc/" + stages.child())), "it was waited for");
        Host.eventually(
                "the other has ended",
                () -> Host.read("/proc/" + init + "/cmdline").isEmpty());
    }
}
