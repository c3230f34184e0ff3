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
 * Two network namespaces joined by a veth cable, separate from the machine's network. The host, where Rustyrun runs,
 * has one route out. The world has a name server, web servers and the metadata address of cloud providers. Needs root,
 * ip(8), busybox and dnsmasq.
 */
final class NetworkWorld implements AutoCloseable {

    static final String WEB = "203.0.113.10";
    static final String WEB6 = "2001:db8:2::10";
    static final String OTHER = "203.0.113.20";
    static final String PRIVATE = "10.9.8.7";
    static final String METADATA = "169.254.169.254";
    static final String ROUTER = "198.51.100.1";

    /** An ordinary address of the host. */
    static final String OWN = "198.51.100.2";

    /** A name whose address changes with every DNS query after {@link #rebind} was called. */
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

    /**
     * Random, because two forks in different PID namespaces can have the same process id, while ip(8) keeps files of
     * namespaces in the shared /etc.
     */
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

    /** Starts a server in a network namespace. */
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
     * Starts the name server of {@link #REBINDING}. It answers every IPv4 query with the next of {@code addresses},
     * which must not be cached.
     */
    void rebind(String... addresses) {
        serve("python3", "-c", ANSWERS, ROUTER, String.join(" ", addresses));
        Host.eventually(
                "the name server listens", () -> onWorld("cat", "/proc/net/udp").contains(":14E9 "));
    }

    /** The output of a program that runs in the world. */
    private String onWorld(String... words) {
        return Launcher.execute(
                        Stream.concat(Stream.of("ip", "netns", "exec", world), Stream.of(words))
                                .toList(),
                        "")
                .out();
    }

    /** Makes port 8082 of the world answer each request with a redirect. */
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
     * Words that, put before a command line, run it on the host. Not "ip netns exec", because that mounts a new /sys
     * without cgroups. Where udev is missing, only root may open /dev/net/tun, so it is replaced by a device that
     * everybody may open.
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

    /** The command line that runs {@code words} on the host. */
    List<String> command(List<String> words) {
        return Stream.of(prefix(), words).flatMap(List::stream).toList();
    }

    /** Runs {@code words} on the host and waits for their end. */
    Launcher.Result onHost(String... words) {
        return Launcher.execute(command(List.of(words)), "");
    }

    /** A Rustyrun service on the host, until it is closed. */
    final class Service implements AutoCloseable {

        private final int port;
        private final Path log = folder.resolve("service.log");
        private final Process process;

        /**
         * Starts the service.
         *
         * @param settings variables of its environment; the management port is {@code port} + 1
         */
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

        /** The answer to {@code POST /v1/run} with this body. */
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

        /** Runs a client of this service on the host. */
        Launcher.Result client(String... words) {
            return Launcher.execute(command(clientWords(words)), "");
        }

        /** The command line of such a client. */
        List<String> clientWords(String... words) {
            return Launcher.command(Stream.concat(Stream.of("--host", "http://127.0.0.1:" + port), Stream.of(words))
                    .toArray(String[]::new));
        }

        /** The body of the answer to a GET. */
        String get(String path) {
            return get(port, path);
        }

        /** The value of the metric with this name and these labels. */
        double metric(String name) {
            return get(port + 1, "/q/metrics")
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .sum();
        }

        /** Starts to follow the service's events and writes them to {@code file}. */
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

        /** The service's log so far. */
        String log() {
            return Host.read(log.toString());
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            process.waitFor();
        }
    }

    /** Runs {@code rustyrun run} on the host with the busybox root file system and waits for its end. */
    Launcher.Result run(String... arguments) {
        return Launcher.execute(command(Launcher.runCommand(arguments)), "");
    }

    /** Runs {@code rustyrun run} as an ordinary user, with a program and a root file system that this user can read. */
    Launcher.Result runAs(int user, Path program, Path rootfs, String... arguments) {
        List<String> words =
                Launcher.asUser(Integer.toString(user), program.toString(), "run", "--rootfs", rootfs.toString());
        words.addAll(List.of(arguments));
        return Launcher.execute(command(words), "");
    }

    /** The ids of the host's processes with this name. */
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
                // The process ended after it was listed.
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
