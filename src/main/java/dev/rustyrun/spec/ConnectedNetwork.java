package dev.rustyrun.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A network stack of a container's own with a way out: either a program on the host gives it ({@link #WORD}), or the plugins of
 * a CNI network do ({@link #CNI}).
 *
 * @param word which of these, as at every door: {@code private}, or {@code cni:NAME}
 * @param ports the ports of the host that lead into the container
 */
public record ConnectedNetwork(String word, List<PublishedPort> ports) {

    /** The annotation that asks for it. */
    public static final String ANNOTATION = Spec.OWN_ANNOTATIONS + "network";
    /** The word for a private network. */
    public static final String WORD = "private";
    /** What the word for a CNI network begins with; its name follows. */
    public static final String CNI = "cni:";
    /** The annotation with its published ports, with commas between them. */
    public static final String PORTS_ANNOTATION = Spec.OWN_ANNOTATIONS + "publish";
    /** Where a name server answers in a private network: the host's own, wherever the host reaches it. */
    public static final String NAME_SERVER = "169.254.1.1";

    /** CNI's SPEC.md, "Configuration format", {@code name}. */
    private static final Pattern CNI_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

    public ConnectedNetwork {
        ports = List.copyOf(ports);
    }

    /** Whether {@code word} asks for a way out; its name may still be wrong. */
    public static boolean isWord(String word) {
        return word.equals(WORD) || word.startsWith(CNI);
    }

    /**
     * What {@code annotations} ask for.
     *
     * @throws InvalidSpecException when they cannot be understood
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
     * Checks the name of the CNI network that {@code word} asks for, if it does.
     *
     * @throws InvalidSpecException when it can be none
     */
    public static void checkName(String word) {
        if (word.startsWith(CNI)
                && !CNI_NAME.matcher(word.substring(CNI.length())).matches()) {
            throw new InvalidSpecException("network \"" + word
                    + "\" has no name of a CNI network: letters, digits and any of _.-, a letter or digit first");
        }
    }

    /** The name of the CNI network, if it is one. */
    public Optional<String> cni() {
        return word.startsWith(CNI) ? Optional.of(word.substring(CNI.length())) : Optional.empty();
    }

    /** What it is, in a message. */
    public String describe() {
        return word.equals(WORD) ? "the private network" : "network " + word;
    }

    /**
     * The ports that {@link #text} has written.
     *
     * @throws InvalidSpecException when they are none
     */
    public static List<PublishedPort> ports(String text) {
        return Stream.of(text.split(","))
                .filter(port -> !port.isEmpty())
                .map(PublishedPort::parse)
                .toList();
    }

    /** {@code ports} as an annotation has them. */
    public static String text(List<PublishedPort> ports) {
        return ports.stream().map(PublishedPort::toString).collect(Collectors.joining(","));
    }

    /** Checks that a container with these namespaces can have it. */
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
