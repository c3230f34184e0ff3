package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The files in /etc that a container engine provides to a container of an image.
 *
 * @param servers addresses of name servers
 * @param hosts additional entries of /etc/hosts, as NAME:ADDRESS
 */
public record EtcFiles(List<String> servers, List<String> hosts) {

    /** The files without any options. */
    public static final EtcFiles DEFAULT = new EtcFiles(List.of(), List.of());

    public EtcFiles {
        servers = List.copyOf(servers);
        hosts = List.copyOf(hosts);
    }

    /** The texts of the files by path, with this machine as the host. */
    public Map<String, String> texts(String hostname, String network) {
        return texts(Linux.host(), hostname, network);
    }

    /**
     * The texts of the files by path.
     *
     * @param network the value of {@code --network}
     * @throws InvalidSpecException when an address or name is invalid
     */
    public Map<String, String> texts(Linux linux, String hostname, String network) {
        boolean hostNetwork = network.equals("host");
        StringBuilder names = new StringBuilder(
                hostNetwork
                        ? read(linux, "/etc/hosts")
                        : "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t" + hostname
                                + "\n");
        for (String host : hosts) {
            int colon = host.indexOf(':');
            String name = colon < 0 ? "" : host.substring(0, colon);
            String address = host.substring(colon + 1);
            if (!name.matches("[A-Za-z0-9_.-]+") || !isAddress(address)) {
                throw new InvalidSpecException("--add-host " + Printable.quoted(host) + " is not NAME:ADDRESS");
            }
            names.append(address).append('\t').append(name).append('\n');
        }
        StringBuilder resolvers = new StringBuilder();
        for (String server : servers) {
            if (!isAddress(server)) {
                throw new InvalidSpecException("--dns " + Printable.quoted(server) + " is not an address");
            }
            resolvers.append("nameserver ").append(server).append('\n');
        }
        Map<String, String> files = new LinkedHashMap<>();
        files.put("/etc/resolv.conf", resolvers.length() > 0 ? resolvers.toString() : resolvers(linux, network));
        files.put("/etc/hosts", names.toString());
        files.put("/etc/hostname", hostname + "\n");
        return files;
    }

    /**
     * In a private network, one address leads to the host's name server; the host's search domains and options are
     * kept.
     */
    private static String resolvers(Linux linux, String network) {
        return switch (network) {
            case "host" -> read(linux, "/etc/resolv.conf");
            case ConnectedNetwork.WORD ->
                "nameserver " + ConnectedNetwork.NAME_SERVER + "\n"
                        + read(linux, "/etc/resolv.conf")
                                .lines()
                                .filter(line -> line.startsWith("search ") || line.startsWith("options "))
                                .map(line -> line + "\n")
                                .collect(Collectors.joining());
            default -> "";
        };
    }

    private static boolean isAddress(String text) {
        return text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%[A-Za-z0-9_.-]+)?");
    }

    private static String read(Linux linux, String file) {
        try {
            String text = linux.readFile(file);
            return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
        } catch (LinuxException e) {
            return "";
        }
    }
}
