package dev.rustyrun.doctor;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether containers can have a network with internet access; docs/network.md. */
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
            return Answer.warn(WITHOUT + "/dev/net/tun cannot be opened", "as root: chmod 666 /dev/net/tun");
        }
        return Answer.ok(pasta.get());
    }

    /** Missing CNI plugins are not a warning: most machines do not need them. */
    private static Answer cni(Machine machine) {
        Optional<String> folder = CNI_PLUGINS.stream()
                .filter(place -> machine.exists(place + "/bridge"))
                .findFirst();
        if (folder.isEmpty()) {
            return Answer.ok("no CNI plugins: for networks with bridges, install containernetworking-plugins");
        }
        return Answer.ok(folder.get()
                + (machine.exists(CNI_NETWORKS) ? ", networks in " : ", but no networks: missing ")
                + CNI_NETWORKS);
    }

    /** The egress proxy needs no program and no privilege, but it resolves names on the host. */
    private static Answer allow(Machine machine) {
        Optional<String> server = machine.text(RESOLVER).stream()
                .flatMap(String::lines)
                .map(String::strip)
                .filter(line -> line.startsWith("nameserver "))
                .findFirst();
        return server.isPresent()
                ? Answer.ok("names resolved by " + server.get())
                : Answer.warn(
                        "--allow by address only: " + RESOLVER + " has no nameserver",
                        "add a line: nameserver ADDRESS");
    }
}
