package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
}
