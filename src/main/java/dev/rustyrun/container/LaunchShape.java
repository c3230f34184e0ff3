package dev.rustyrun.container;

import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.Spec;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The common part of launches that differ only in the command, its environment and user, limits and labels. It contains
 * nothing of a single request.
 */
public final class LaunchShape {

    private static final List<String> NO_COMMAND = List.of("/bin/true");

    /**
     * The maximum length of the mounts, the annotations and the image's paths. A request can have megabytes of them,
     * and the shapes of many requests are kept.
     */
    private static final int MAX_TEXT = 32_768;

    private final Spec spec;
    private final int hash;

    private LaunchShape(Spec spec) {
        this.spec = spec;
        this.hash = spec.hashCode();
    }

    /** The shape of {@code spec}; empty if it is too large to keep. */
    static Optional<LaunchShape> of(Spec spec) {
        Map<String, String> annotations = new TreeMap<>(spec.annotations());
        annotations
                .keySet()
                .removeIf(name -> !name.startsWith(Spec.OWN_ANNOTATIONS)
                        && !name.startsWith(Spec.UNIT_PROPERTY_ANNOTATIONS)
                        && !name.equals(Spec.KEEP_GROUPS_ANNOTATION));
        long image = spec.root().image().map(LaunchShape::textOf).orElse(0L);
        if (textOf(spec.mounts(), annotations) + image > MAX_TEXT) {
            return Optional.empty();
        }
        return Optional.of(
                new LaunchShape(spec.withProcess(spec.process().running(Spec.User.ROOT, NO_COMMAND, List.of()))
                        .withAnnotations(annotations)
                        .withResources(Resources.none())));
    }

    private static long textOf(Spec.Image image) {
        return Stream.of(
                        image.layers(),
                        image.volumes(),
                        image.files().keySet(),
                        image.files().values())
                .flatMap(Collection::stream)
                .mapToLong(String::length)
                .sum();
    }

    private static long textOf(List<Spec.Mount> mounts, Map<String, String> annotations) {
        long letters = 0;
        for (Spec.Mount mount : mounts) {
            letters += mount.destination().length() + mount.source().length();
            for (String option : mount.options()) {
                letters += option.length();
            }
        }
        for (String value : annotations.values()) {
            letters += value.length();
        }
        return letters;
    }

    /** A launch of this shape with these limits. */
    Spec limitedBy(Resources limits) {
        return spec.withResources(limits);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof LaunchShape shape && hash == shape.hash && spec.equals(shape.spec);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return "launches in "
                + spec.root().image().map(Spec.Image::name).orElse(spec.root().path());
    }
}
