package dev.rustyrun.doctor;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether containers can have a network with a way out; docs/network.md. */
final class NetworkChecks {

    static final List<Question> ALL = List.of(
            new Question("network", "--net private", NetworkChecks::privateNetwork),
            new Question("network", "--net cni", NetworkChecks::cni),
            new Question("network", "--allow", NetworkChecks::allow));

    private static final String RESOLVER = "/etc/resolv.conf";

    private static final List<String> CNI_PLUGINS = List.of("/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni");
    private static final String CNI_NETWORKS = "/etc/cni/net.d";

    private static final String WITHOUT = "no --net private: ";

    private NetworkChecks() {}

    private static Answer privateNetwork(Machine machine) {
        Optional<String> pasta = Stream.of(machine.path().split(":"))
                .map(folder -> folder + "/pasta")
                .filter(program -> program.startsWith("/") && machine.exists(program))
                .findFirst();
        if (pasta.isEmpty()) {
            return Answer.warn(WITHOUT + "pasta is not installed", "install the package passt");
        }
        if (!machine.exists("/dev/net/tun")) {
            return Answer.warn(WITHOUT + "/dev/net/tun does not exist", "as root: modprobe tun");
        }
        if (!machine.mayWrite("/dev/net/tun")) {
            return Answer.warn(WITHOUT + "/dev/net/tun may not be opened", "as root: chmod 666 /dev/net/tun");
        }
        return Answer.ok(pasta.get());
    }

    /** Most machines have none, and miss nothing. */
    private static Answer cni(Machine machine) {
        Optional<String> folder = CNI_PLUGINS.stream()
                .filter(place -> machine.exists(place + "/bridge"))
                .findFirst();
        if (folder.isEmpty()) {
            return Answer.ok("no plugins of CNI: for networks with bridges, install containernetworking-plugins");
        }
        return Answer.ok(folder.get()
                + (machine.exists(CNI_NETWORKS) ? ", networks in " : ", but no networks: there is no ")
                + CNI_NETWORKS);
    }

    /** The proxy needs no program and no right, but names are resolved here. */
    private static Answer allow(Machine machine) {
        Optional<String> server = machine.text(RESOLVER).stream()
                .flatMap(String::lines)
                .map(String::strip)
                .filter(line -> line.startsWith("nameserver "))
                .findFirst();
        return server.isPresent()
                ? Answer.ok("names by " + server.get())
                : Answer.warn(
                        "--allow by address only: " + RESOLVER + " names no server", "add a line: nameserver ADDRESS");
    }
}
