package dev.rustyrun.stage;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.rustyrun.linux.Linux;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A zygote whose server ends at any moment ends as well, without output. */
class ZygoteStageTest {

    private final Linux linux = Linux.host();
    private final int[] pair = linux.socketPair();
    private final int[] files = new int[ZygoteStage.FILES];

    @AfterEach
    void close() {
        linux.close(pair[1]);
    }

    @Test
    void the_server_ended_between_two_requests() {
        linux.close(pair[0]);
        assertFalse(ZygoteStage.takeFiles(linux, pair[1], files));
    }

    @Test
    void the_server_ended_before_it_had_read_an_answer() {
        ZygoteStage.answer(linux, pair[1], 1);
        linux.close(pair[0]);
        assertFalse(ZygoteStage.takeFiles(linux, pair[1], files));
    }

    @Test
    void the_server_ended_before_it_was_answered() {
        linux.close(pair[0]);
        assertFalse(ZygoteStage.answer(linux, pair[1], 1));
    }
}
