package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;

/** Tests of containers with {@code --allow}. After each test, no proxy process may be left. */
abstract class EgressContainers extends InNetworkWorld {

    @AfterEach
    void expectNoProxyLeft() {
        Host.eventually("no proxy is left", () -> proxies().isEmpty(), EgressContainers::proxies);
    }

    static List<String> proxies() {
        return Host.processes().values().stream()
                .filter(words -> words.matches("(.*[/ ])?(rustyrun|dev\\.rustyrun\\.Rustyrun) proxy .*"))
                .toList();
    }

    /** Runs a script in a container that may reach {@code hosts}. */
    static Launcher.Result allowing(String hosts, String script) {
        return world.run(Stream.concat(
                        Stream.of(hosts.split(" ")).flatMap(host -> Stream.of("--allow", host)),
                        Stream.of("--command", "sh", "-c", script))
                .toArray(String[]::new));
    }

    /** Sends these lines to the proxy unchanged, as one request, and returns its answer. */
    static String answer(String hosts, String... lines) {
        String request = String.join("\\r\\n", lines) + "\\r\\n\\r\\n";
        return allowing(hosts, "printf '" + request + "' | nc 127.0.0.1 3128").out();
    }

    static void expectRefused(String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 403 Forbidden\r\n"), answer);
        assertFalse(answer.contains("the web"), answer);
    }

    static void expectWeb(String answer) {
        assertTrue(answer.contains("the web"), answer);
    }

    /** Starts a container that requests a page of {@code host} for each input line and prints the answer. */
    static Process asking(String id, String allowed, String host) throws IOException {
        return new ProcessBuilder(world.command(Launcher.runCommand(
                        "--name",
                        id,
                        "--allow",
                        allowed,
                        "--command",
                        "sh",
                        "-c",
                        "while read go; do wget -qO- http://" + host + "/ || echo refused; done")))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    static String ask(Process container) throws IOException {
        container.getOutputStream().write('\n');
        container.getOutputStream().flush();
        return readLine(container);
    }

    static String readLine(Process container) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = container.getInputStream().read(); next >= 0 && next != '\n'; ) {
            line.append((char) next);
            next = container.getInputStream().read();
        }
        return line.toString();
    }

    static Launcher.Result update(String... words) {
        return Launcher.execute(
                Launcher.command(
                        Stream.concat(Stream.of("update"), Stream.of(words)).toArray(String[]::new)),
                "");
    }
}
