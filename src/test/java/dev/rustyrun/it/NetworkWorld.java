package dev.rustyrun.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two network namespaces joined by a cable: a host with one way out, on which Rustyrun is started, and a world with a name
 * server, web servers and the metadata address of clouds. Needs root, ip(8), busybox and dnsmasq. Linux keeps them apart from
 * the machine's own network.
 */
final class NetworkWorld implements AutoCloseable {

    static final String WEB = "203.0.113.10";
    static final String WEB6 = "2001:db8:2::10";
    static final String OTHER = "203.0.113.20";
    static final String PRIVATE = "10.9.8.7";
    static final String METADATA = "169.254.169.254";
    static final String ROUTER = "198.51.100.1";

    /** An address of the host itself that is not special. */
    static final String OWN = "198.51.100.2";

    /** A name whose address is another one after every question, once {@link #rebind} was called. */
    static final String REBINDING = "rebinding.example.org";

    private static final String NAMES = "address=/web.example.org/" + WEB
            + "\naddress=/web.example.org/" + WEB6
            + "\naddress=/four.example.org/" + WEB
            + "\naddress=/other.example.net/" + OTHER
            + "\naddress=/xn--bcher-kva.example.org/" + WEB
            + "\naddress=/inner.example.org/" + PRIVATE
            + "\naddress=/loop.example.org/127.0.0.1"
            + "\naddress=/own.example.org/" + OWN
            + "\naddress=/meta.example.org/" + METADATA
            + "\naddress=/mapped.example.org/::ffff:127.0.0.1"
            + "\nserver=/" + REBINDING + "/" + ROUTER + "#5353\n";

    private static final String ANSWERS = """
            import socket, sys
            addresses = sys.argv[2].split()
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind((sys.argv[1], 5353))
            while True:
                question, client = server.recvfrom(512)
                end = question.index(0, 12) + 5
                answer = b''
                if question[end - 4:end - 2] == b'\\0\\1':
                    answer = b'\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\0\\0\\4' + socket.inet_aton(addresses[0])
                    addresses.append(addresses.pop(0))
                head = question[:2] + b'\\x85\\x80\\0\\1' + (b'\\0\\1' if answer else b'\\0\\0') + b'\\0' * 4
                server.sendto(head + question[12:end] + answer, client)
            """;

    /** Not the process id, which another fork may have in its own namespace: ip(8) keeps files of namespaces in /etc, too. */
    private final String id = Integer.toHexString(new SecureRandom().nextInt(1 << 20));

    private final String host = "rrhost" + id;
    private final String world = "rrworld" + id;
    private final Path settings = Path.of("/etc/netns", host);
    private final Path folder;
    private final List<Process> servers = new ArrayList<>();

    NetworkWorld() {
        try {
            folder = Files.createTempDirectory("rustyrun-world");
            Files.writeString(folder.resolve("index.html"), "the web\n");
            Files.writeString(folder.resolve("dnsmasq.conf"), NAMES);
            Files.createDirectories(settings);
            Files.writeString(settings.resolve("resolv.conf"), "nameserver " + ROUTER + "\n");
            sh("mknod -m 666 " + folder.resolve("tun") + " c 10 200");
            sh("ip netns add " + host + " && ip netns add " + world + " && ip link add wire0 netns " + host
                    + " type veth peer name wire1 netns " + world);
            inside(
                    host,
                    "ip link set lo up; ip link set wire0 up; ip addr add " + OWN + "/24 dev wire0;"
                            + " ip addr add 2001:db8:1::2/64 dev wire0 nodad; ip route add default via " + ROUTER
                            + "; ip route add default via 2001:db8:1::1; ip route add " + METADATA + " via " + ROUTER);
            inside(
                    world,
                    "ip link set lo up; ip link set wire1 up; ip addr add " + ROUTER + "/24 dev wire1;"
                            + " ip addr add 2001:db8:1::1/64 dev wire1 nodad;"
                            + Stream.of(WEB, OTHER, PRIVATE, METADATA)
                                    .map(address -> " ip addr add " + address + "/32 dev lo;")
                                    .reduce("", String::concat)
                            + " ip addr add " + WEB6 + "/128 dev lo nodad");
            start(
                    world,
                    "dnsmasq",
                    "--keep-in-foreground",
                    "--no-hosts",
                    "--no-resolv",
                    "--user=root",
                    "--pid-file=",
                    "--listen-address=" + ROUTER,
                    "--bind-interfaces",
                    "--conf-file=" + folder.resolve("dnsmasq.conf"));
            for (int port : List.of(80, 8081)) {
                start(world, "busybox", "httpd", "-f", "-p", "[::]:" + port, "-h", folder.toString());
            }
            for (String address : List.of("127.0.0.1", OWN)) {
                start(host, "busybox", "httpd", "-f", "-p", address + ":9000", "-h", folder.toString());
            }
            Host.eventually(
                    "the world answers",
                    () -> onHost("busybox", "wget", "-qO-", "http://four.example.org/")
                                    .exitCode()
                            == 0);
            Host.eventually(
                    "the host answers itself",
                    () -> Stream.of("127.0.0.1", OWN)
                            .allMatch(address -> onHost("busybox", "wget", "-qO-", "http://" + address + ":9000/")
                                            .exitCode()
                                    == 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sh(String script) {
        Launcher.execute(List.of("sh", "-ec", script), "").expect(0);
    }

    private static void inside(String namespace, String script) {
        Launcher.execute(List.of("ip", "netns", "exec", namespace, "sh", "-ec", script), "")
                .expect(0);
    }

    /** Starts a server in the world, or on the host. */
    private void start(String namespace, String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(words));
        servers.add(new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Starts a server in the world. */
    void serve(String... words) {
        try {
            start(world, words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts the name server of {@link #REBINDING}. It answers every question for IPv4 with the next of {@code addresses}, which
     * nobody may keep.
     */
    void rebind(String... addresses) {
        serve("python3", "-c", ANSWERS, ROUTER, String.join(" ", addresses));
        Host.eventually(
                "the name server listens", () -> onWorld("cat", "/proc/net/udp").contains(":14E9 "));
    }

    /** What this program of the world prints. */
    private String onWorld(String... words) {
        return Launcher.execute(
                        Stream.concat(Stream.of("ip", "netns", "exec", world), Stream.of(words))
                                .toList(),
                        "")
                .out();
    }

    /** Has port 8082 of the world answer each request with a redirect. */
    void redirect(String where) {
        String answer = "printf 'HTTP/1.0 302 Found\\r\\nLocation: " + where + "\\r\\nContent-Length: 0\\r\\n\\r\\n'";
        serve("busybox", "nc", "-ll", "-p", "8082", "-e", "sh", "-c", "read line; " + answer);
        Host.eventually(
                "the redirect answers",
                () -> onHost("sh", "-c", "echo | busybox nc " + WEB + " 8082")
                        .out()
                        .contains("302"));
    }

    /**
     * What a command line must begin with to be executed on the host. Not ip netns exec, whose new /sys has no cgroups. And
     * without udev, which machines have that this may not be one of, only root may open /dev/net/tun.
     */
    List<String> prefix() {
        return List.of(
                "nsenter",
                "--net=/run/netns/" + host,
                "unshare",
                "--mount",
                "sh",
                "-ec",
                "mount --bind \"$0\" /etc/resolv.conf; tun=$1; shift;"
                        + " [ \"$(stat -c %a /dev/net/tun)\" = 666 ] || mount --bind \"$tun\" /dev/net/tun; exec \"$@\"",
                settings.resolve("resolv.conf").toString(),
                folder.resolve("tun").toString());
    }

    /** {@code words} on the host. */
    List<String> command(List<String> words) {
        return Stream.of(prefix(), words).flatMap(List::stream).toList();
    }

    /** Executes {@code words} on the host, to their end. */
    Launcher.Result onHost(String... words) {
        return Launcher.execute(command(List.of(words)), "");
    }

    /** A launch service on the host, until it is closed. */
    final class Service implements AutoCloseable {

        private final int port;
        private final Path log = folder.resolve("service.log");
        private final Process process;

        /** @param settings variables of its environment; the port after {@code port} is that of its management */
        Service(int port, String... settings) throws IOException {
            this.port = port;
            List<String> words = new ArrayList<>(List.of("env"));
            words.addAll(List.of(settings));
            words.addAll(Launcher.command(
                    "serve",
                    "--port",
                    Integer.toString(port),
                    "--management-port",
                    Integer.toString(port + 1),
                    "--rootfs-folder",
                    Launcher.busybox().getParent().toString()));
            process = new ProcessBuilder(command(words))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            Host.eventually(
                    "serve answers",
                    () -> onHost("busybox", "wget", "-qO-", "http://127.0.0.1:" + (port + 1) + "/q/health/ready")
                                    .exitCode()
                            == 0);
        }

        /** What it answers to {@code POST /v1/run} with this body. */
        Launcher.Result run(String body) {
            return onHost(
                    "busybox",
                    "wget",
                    "-qO-",
                    "--header",
                    "Content-Type: application/json",
                    "--post-data",
                    body,
                    "http://127.0.0.1:" + port + "/v1/run");
        }

        /** What a client of it does on the host. */
        Launcher.Result client(String... words) {
            return Launcher.execute(command(clientWords(words)), "");
        }

        /** The words of such a client. */
        List<String> clientWords(String... words) {
            return Launcher.command(Stream.concat(Stream.of("--host", "http://127.0.0.1:" + port), Stream.of(words))
                    .toArray(String[]::new));
        }

        /** What it answers to a GET. */
        String get(String path) {
            return get(port, path);
        }

        /** What its counter of this name and these labels says. */
        double metric(String name) {
            return get(port + 1, "/q/metrics")
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .sum();
        }

        /** Starts to listen to its events; they go to the file. */
        Process events(Path file) throws IOException {
            return new ProcessBuilder(
                            command(List.of("busybox", "wget", "-qO-", "http://127.0.0.1:" + port + "/v1/events")))
                    .redirectOutput(file.toFile())
                    .start();
        }

        private String get(int at, String path) {
            return onHost("busybox", "wget", "-qO-", "http://127.0.0.1:" + at + path)
                    .out();
        }

        /** What it has logged. */
        String log() {
            return Host.read(log.toString());
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            process.waitFor();
        }
    }

    /** {@code rustyrun run} on the host with the busybox root file system, to its end. */
    Launcher.Result run(String... arguments) {
        return Launcher.execute(command(Launcher.runCommand(arguments)), "");
    }

    /** The same as an ordinary user, by another program and in another root file system, which he may read. */
    Launcher.Result runAs(int user, Path program, Path rootfs, String... arguments) {
        List<String> words =
                Launcher.asUser(Integer.toString(user), program.toString(), "run", "--rootfs", rootfs.toString());
        words.addAll(List.of(arguments));
        return Launcher.execute(command(words), "");
    }

    /** The processes named {@code name} that are on the host. */
    List<Long> processes(String name) {
        List<Long> found = new ArrayList<>();
        Path own = Path.of("/run/netns", host);
        for (var process : Host.processes().entrySet()) {
            String first = process.getValue().split(" ")[0];
            try {
                if (first.endsWith("/" + name)
                        && Files.getAttribute(own, "unix:ino")
                                .equals(Files.getAttribute(
                                        Path.of("/proc/" + process.getKey() + "/ns/net"), "unix:ino"))) {
                    found.add(process.getKey());
                }
            } catch (IOException ended) {
                // It ended while we were looking.
            }
        }
        return found;
    }

    @Override
    public void close() {
        servers.forEach(server -> {
            server.destroyForcibly();
            server.onExit().join();
        });
        Launcher.execute(
                List.of(
                        "sh",
                        "-c",
                        "ip netns del " + host + "; ip netns del " + world + "; rm -rf " + folder + " " + settings
                                + "; rmdir /etc/netns 2>/dev/null; true"),
                "");
    }
}
