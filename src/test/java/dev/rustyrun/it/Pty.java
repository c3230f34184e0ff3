package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.fail;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.TerminalMode;
import dev.rustyrun.linux.WindowSize;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** A pseudo-terminal: the test acts as the user on the master side, the started program has the slave side. */
final class Pty implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Linux linux = Linux.host();
    private final int master;
    private final int peer;
    private final StringBuffer screen = new StringBuffer();
    private int looked;

    Pty() {
        master = linux.open("/dev/ptmx", FileFlag.O_RDWR | FileFlag.O_NOCTTY);
        peer = linux.openTerminalPeer(master);
        Thread reader = new Thread(this::readScreen, "pty");
        reader.setDaemon(true);
        reader.start();
    }

    private void readScreen() {
        byte[] bytes = new byte[4096];
        try {
            for (int got = linux.read(master, bytes, bytes.length);
                    got > 0;
                    got = linux.read(master, bytes, bytes.length)) {
                screen.append(new String(bytes, 0, got, StandardCharsets.UTF_8));
            }
        } catch (LinuxException closed) {
            // EIO: the other side is closed.
        }
    }

    /** Starts {@code command} in a new session with this controlling terminal. */
    Process start(List<String> command) {
        try {
            File device = new File("/proc/self/fd/" + peer).getCanonicalFile();
            return new ProcessBuilder(Stream.concat(Stream.of("setsid", "--ctty"), command.stream())
                            .toList())
                    .redirectInput(device)
                    .redirectOutput(device)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void type(String keys) {
        linux.writeAll(master, keys.getBytes(StandardCharsets.UTF_8));
    }

    /** Waits until the screen shows {@code text} after the text of the previous call. */
    void expect(String text) {
        Instant end = Instant.now().plus(PATIENCE);
        int found = screen.indexOf(text, looked);
        while (found < 0) {
            if (Instant.now().isAfter(end)) {
                fail("the terminal does not show \"" + text + "\" but:\n" + screen.substring(looked));
            }
            pause();
            found = screen.indexOf(text, looked);
        }
        looked = found + text.length();
    }

    String screen() {
        return screen.toString();
    }

    TerminalMode mode() {
        return linux.terminalMode(peer);
    }

    void resize(int rows, int columns) {
        linux.setWindowSize(master, new WindowSize(rows, columns));
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        linux.close(peer);
        linux.close(master);
    }
}
