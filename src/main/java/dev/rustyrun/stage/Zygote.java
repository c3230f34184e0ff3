package dev.rustyrun.stage;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Received;
import dev.rustyrun.linux.Signal;
import java.nio.ByteBuffer;

/** A server's connection to a {@link ZygoteStage}. For use by the thread that started it. */
final class Zygote {

    private static final byte[] FILE = {'f'};

    private final Linux linux;
    private final int process;
    private final int channel;

    private Zygote(Linux linux, int process, int channel) {
        this.linux = linux;
        this.process = process;
        this.channel = channel;
    }

    /** Starts a zygote. */
    static Zygote start(Linux linux, SelfExec self) {
        int[] pair = linux.socketPair();
        int process = 0;
        try {
            process = self.start(linux, ZygoteStage.NAME, pair[1], Integer.toString(linux.processId()));
            return new Zygote(linux, process, pair[0]);
        } finally {
            linux.close(pair[1]);
            if (process == 0) {
                linux.close(pair[0]);
            }
        }
    }

    /**
     * Starts a {@code child} with these files as its descriptors 0 to 3, and returns its process id. It is a child of
     * this process.
     *
     * @throws LinuxException when the kernel allows no more processes, or the zygote has ended
     */
    int startChild(int[] files) {
        for (int file : files) {
            linux.send(channel, FILE, file);
        }
        byte[] answer = new byte[Integer.BYTES];
        Received received = linux.receive(channel, answer, answer.length);
        if (received.count() < answer.length) {
            throw LinuxException.of("recvmsg from the zygote of stages", Errno.EPIPE);
        }
        int pid = ByteBuffer.wrap(answer).getInt();
        if (pid < 0) {
            throw LinuxException.of("clone", -pid);
        }
        return pid;
    }

    /** The process id of the zygote. */
    int process() {
        return process;
    }

    /** Ends the zygote. The stages that it has started continue. */
    void stop() {
        linux.close(channel);
        linux.kill(process, Signal.SIGKILL.number());
        linux.awaitIfChild(process);
    }
}
