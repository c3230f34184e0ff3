package dev.rustyrun.step;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Starts pasta (package passt), which forwards traffic between the container's network namespace and sockets on the
 * host. It needs no root, and no device, address or rule on the host.
 */
final class Pasta {

    private static final String NAME = "pasta";
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final String MISSING = NAME + " is not installed: install the package passt, or put it on PATH";

    private final HostContext host;
    private final Linux linux;

    Pasta(HostContext host) {
        this.host = host;
        this.linux = host.linux();
    }

    /** The path of pasta, if it is installed. */
    static Optional<String> find(Linux linux, String path) {
        for (String folder : (path == null ? DEFAULT_PATH : path).split(":")) {
            if (folder.startsWith("/") && linux.exists(folder + "/" + NAME)) {
                return Optional.of(folder + "/" + NAME);
            }
        }
        return Optional.empty();
    }

    /**
     * Starts pasta for the container with the network namespace {@code namespace}; answers with the pipe on which it
     * reports.
     */
    void start(ConnectedNetwork network, OpenFile namespace) {
        String program = find(linux, System.getenv("PATH")).orElseThrow(() -> new StepFailure(MISSING));
        int[] pipe = linux.pipe();
        try (OpenFile reports = new OpenFile(linux, pipe[0]);
                OpenFile written = new OpenFile(linux, pipe[1]);
                OpenFile nothing = new OpenFile(linux, linux.open("/dev/null", FileFlag.O_RDWR));
                OpenFile container = new OpenFile(linux, linux.processDescriptor(host.init()))) {
            List<String> words = words(program, network);
            host.awaitAfterContainer(new GuardProgram(linux).start(words, container, namespace, nothing, written));
            host.answer(reports.descriptor());
        } catch (LinuxException e) {
            throw new StepFailure(e.getMessage());
        }
    }

    /**
     * The command line of pasta. The addresses are the host's own. The host's loopback is unreachable: neither the
     * gateway's address, which pasta would map to it, nor ports of the container's own loopback lead there.
     */
    private static List<String> words(String program, ConnectedNetwork network) {
        List<String> words = new ArrayList<>(List.of(
                program,
                "--config-net",
                "--netns-only",
                "--runas",
                "0",
                "--netns",
                "/proc/self/fd/" + GuardProgram.NAMESPACE,
                "--quiet",
                "--no-map-gw",
                "--dns-forward",
                ConnectedNetwork.NAME_SERVER,
                "-T",
                "none",
                "-U",
                "none"));
        words.addAll(published(network, false));
        words.addAll(published(network, true));
        return words;
    }

    private static List<String> published(ConnectedNetwork network, boolean udp) {
        String option = udp ? "-u" : "-t";
        List<String> words = new ArrayList<>();
        for (PublishedPort port : network.ports()) {
            if (port.isUdp() == udp) {
                words.add(option);
                words.add(
                        (port.address().isEmpty() ? "" : port.address() + "/") + port.host() + ":" + port.container());
            }
        }
        return words.isEmpty() ? List.of(option, "none") : words;
    }
}
