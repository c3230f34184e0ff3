package dev.rustyrun.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A container's own network with a connection to the outside: a program on the host provides it ({@link #WORD}), or the
 * plugins of a CNI network do ({@link #CNI}).
 *
 * @param word the kind of network, as on the command line and in requests: {@code private}, or {@code cni:NAME}
 * @param ports the host ports that are published to the container
 */
public record ConnectedNetwork(String word, List<PublishedPort> ports) {

    /** The annotation that requests such a network. */
    public static final String ANNOTATION = Spec.OWN_ANNOTATIONS + "network";
    /** The word for a private network. */
    public static final String WORD = "private";
    /** The prefix of the word for a CNI network, followed by its name. */
    public static final String CNI = "cni:";
    /** The annotation with the published ports, separated by commas. */
    public static final String PORTS_ANNOTATION = Spec.OWN_ANNOTATIONS + "publish";
    /** The address of the name server in a private network, which forwards to the host's own name servers. */
    public static final String NAME_SERVER = "169.254.1.1";

    /** CNI's SPEC.md, "Configuration format", {@code name}. */
    private static final Pattern CNI_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

    public ConnectedNetwork {
        ports = List.copyOf(ports);
    }

    /** Whether {@code word} requests such a network; the name of a CNI network may still be invalid. */
    public static boolean isWord(String word) {
        return word.equals(WORD) || word.startsWith(CNI);
    }

    /**
     * The network that {@code annotations} request.
     *
     * @throws InvalidSpecException when they are invalid
     */
    public static Optional<ConnectedNetwork> of(Map<String, String> annotations) {
        String word = annotations.get(ANNOTATION);
        String ports = annotations.getOrDefault(PORTS_ANNOTATION, "");
        if (word == null) {
            if (!ports.isEmpty()) {
                throw new InvalidSpecException(
                        "only a private or CNI network publishes ports: --net private, or annotation " + ANNOTATION
                                + "=" + WORD);
            }
            return Optional.empty();
        }
        if (!isWord(word)) {
            throw new InvalidSpecException(
                    "annotation " + ANNOTATION + " \"" + word + "\" must be " + WORD + " or " + CNI + "NAME");
        }
        checkName(word);
        return Optional.of(new ConnectedNetwork(word, ports(ports)));
    }

    /**
     * Checks the name of the CNI network, if {@code word} requests one.
     *
     * @throws InvalidSpecException when it is not a valid name
     */
    public static void checkName(String word) {
        if (word.startsWith(CNI)
                && !CNI_NAME.matcher(word.substring(CNI.length())).matches()) {
            throw new InvalidSpecException("network \"" + word
                    + "\" has no valid CNI network name: use letters, digits and _.-, starting with a letter or digit");
        }
    }

    /** The name of the CNI network, if this is one. */
    public Optional<String> cni() {
        return word.startsWith(CNI) ? Optional.of(word.substring(CNI.length())) : Optional.empty();
    }

    /** The network, for messages. */
    public String describe() {
        return word.equals(WORD) ? "the private network" : "network " + word;
    }

    /**
     * Parses the ports that {@link #text} has written.
     *
     * @throws InvalidSpecException when they are invalid
     */
    public static List<PublishedPort> ports(String text) {
        return Stream.of(text.split(","))
                .filter(port -> !port.isEmpty())
                .map(PublishedPort::parse)
                .toList();
    }

    /** The value of {@link #PORTS_ANNOTATION} for {@code ports}. */
    public static String text(List<PublishedPort> ports) {
        return ports.stream().map(PublishedPort::toString).collect(Collectors.joining(","));
    }

    /** Checks that a container with these namespaces can have this network. */
    void check(LinuxSpec linux) {
        String what = cni().isPresent() ? "a CNI network" : "a private network";
        if (!linux.isNew(LinuxSpec.NamespaceType.NETWORK)) {
            throw new InvalidSpecException(what + " needs a new network namespace");
        }
        if (!linux.isNew(LinuxSpec.NamespaceType.PID)) {
            throw new InvalidSpecException(what + " needs a new PID namespace: it ends with that namespace's PID 1");
        }
    }
}
