package dev.rustyrun.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A network stack of a container's own with a way out, which a program on the host gives it.
 *
 * @param ports the ports of the host that lead into the container
 */
public record PrivateNetwork(List<PublishedPort> ports) {

    /** The annotation that asks for it. */
    public static final String ANNOTATION = Spec.OWN_ANNOTATIONS + "network";
    /** The value of {@link #ANNOTATION}, and the word for it at every door. */
    public static final String WORD = "private";
    /** The annotation with its published ports, with commas between them. */
    public static final String PORTS_ANNOTATION = Spec.OWN_ANNOTATIONS + "publish";
    /** Where a name server answers in such a network: the host's own, wherever the host reaches it. */
    public static final String NAME_SERVER = "169.254.1.1";

    public PrivateNetwork {
        ports = List.copyOf(ports);
    }

    /**
     * What {@code annotations} ask for.
     *
     * @throws InvalidSpecException when they cannot be understood
     */
    public static Optional<PrivateNetwork> of(Map<String, String> annotations) {
        String word = annotations.get(ANNOTATION);
        String ports = annotations.getOrDefault(PORTS_ANNOTATION, "");
        if (word == null) {
            if (!ports.isEmpty()) {
                throw new InvalidSpecException("only a private network publishes ports: --net private, or annotation "
                        + ANNOTATION + "=" + WORD);
            }
            return Optional.empty();
        }
        if (!word.equals(WORD)) {
            throw new InvalidSpecException("annotation " + ANNOTATION + " \"" + word + "\" must be " + WORD);
        }
        return Optional.of(new PrivateNetwork(Stream.of(ports.split(","))
                .filter(port -> !port.isEmpty())
                .map(PublishedPort::parse)
                .toList()));
    }

    /** {@code ports} as an annotation has them. */
    public static String text(List<PublishedPort> ports) {
        return ports.stream().map(PublishedPort::toString).collect(Collectors.joining(","));
    }

    /** Checks that a container with these namespaces can have it. */
    void check(LinuxSpec linux) {
        if (!linux.isNew(LinuxSpec.NamespaceType.NETWORK)) {
            throw new InvalidSpecException("a private network needs a new network namespace");
        }
        if (!linux.isNew(LinuxSpec.NamespaceType.PID)) {
            throw new InvalidSpecException(
                    "a private network needs a new PID namespace: it ends with that namespace's PID 1");
        }
    }
}
