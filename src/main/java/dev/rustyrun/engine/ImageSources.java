package dev.rustyrun.engine;

import dev.rustyrun.image.ImageReference;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The registries and repositories that a service may use. An entry is a repository ({@code alpine}, {@code
 * quay.io/org/app}), one version of it ({@code alpine:3.20}, {@code app@sha256:…}), everything below a path ({@code
 * quay.io/org/*}, {@code registry.example:5000/*}), or {@code *} for everything. Names are compared exactly; another
 * spelling of the same name is not allowed.
 */
public final class ImageSources {

    private static final String ALL = "*";
    private static final String BELOW = "/*";

    private final List<Entry> entries;

    private ImageSources(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** @param path path of the repository, or prefix of the path */
    private record Entry(
            boolean all, String registry, String path, boolean below, Optional<String> tag, Optional<String> digest) {

        boolean matches(ImageReference name) {
            if (all) {
                return true;
            }
            if (!name.registry().equals(registry)) {
                return false;
            }
            if (below) {
                return name.repository().startsWith(path);
            }
            Optional<String> asked = name.digest().map(Object::toString);
            return name.repository().equals(path)
                    && (digest.isEmpty() || digest.equals(asked))
                    // When a name has a digest, its tag is ignored.
                    && (tag.isEmpty() || digest.isPresent() || asked.isEmpty() && tag.equals(name.tag()));
        }
    }

    /**
     * Parses the settings.
     *
     * @param exactly additional names, which must match exactly
     * @throws InvalidSpecException for the first invalid entry
     */
    public static ImageSources parse(List<String> settings, List<String> exactly) {
        List<Entry> all = new ArrayList<>();
        settings.forEach(text -> all.add(entry(text.strip())));
        for (String text : exactly) {
            ImageReference name = ImageReference.parse(text.strip());
            all.add(new Entry(
                    false,
                    name.registry(),
                    name.repository(),
                    false,
                    name.tag(),
                    name.digest().map(Object::toString)));
        }
        return new ImageSources(all);
    }

    private static Entry entry(String text) {
        if (text.equals(ALL)) {
            return new Entry(true, "", "", false, Optional.empty(), Optional.empty());
        }
        boolean below = text.endsWith(BELOW);
        // A name of two parts cannot be docker's short form, so that the prefix is taken literally.
        ImageReference name = ImageReference.parse(below ? text.substring(0, text.length() - 1) + "x/x" : text);
        if (!name.registry().equals(name.registry().toLowerCase(Locale.ROOT))) {
            throw new InvalidSpecException(
                    "rustyrun.image-sources: \"" + text + "\" must have its registry in lower case");
        }
        String path = name.repository();
        boolean versioned = text.contains("@") || text.lastIndexOf(':') > text.lastIndexOf('/');
        return new Entry(
                false,
                name.registry(),
                below ? path.substring(0, path.length() - "x/x".length()) : path,
                below,
                versioned && !below ? name.tag() : Optional.empty(),
                name.digest().map(Object::toString));
    }

    /** Whether no registry is allowed. */
    public boolean areNone() {
        return entries.isEmpty();
    }

    /** Whether {@code name} matches an entry. */
    boolean have(ImageReference name) {
        return entries.stream().anyMatch(entry -> entry.matches(name));
    }
}
