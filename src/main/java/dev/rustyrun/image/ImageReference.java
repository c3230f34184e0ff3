package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an image. Short names are completed as docker does: {@code alpine} is
 * {@code docker.io/library/alpine:latest}. The grammar is that of github.com/distribution/reference.
 *
 * @param registry a host with an optional port
 * @param repository the path of the repository in the registry
 * @param tag the tag, if the name has one
 * @param digest the digest, if the name has one; it takes precedence over the tag
 */
public record ImageReference(String registry, String repository, Optional<String> tag, Optional<Digest> digest)
        implements Comparable<ImageReference> {

    /** The registry of short names. */
    public static final String DOCKER = "docker.io";

    /** The tag of names without one. */
    public static final String LATEST = "latest";

    /** The maximum length of a name, because it becomes the name of a file. */
    static final int MAX_LENGTH = 250;

    private static final String LIBRARY = "library/";
    private static final Pattern REGISTRY = Pattern.compile("(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
            + "(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[0-9a-fA-F:]+])(?::[0-9]{1,5})?");
    private static final Pattern REPOSITORY =
            Pattern.compile("[a-z0-9]+(?:(?:[.]|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[.]|__?|-+)[a-z0-9]+)*)*+");
    private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}");

    /**
     * Parses a name: {@code [REGISTRY[:PORT]/]REPOSITORY[:TAG][@DIGEST]}. A name with neither tag nor digest has the
     * tag latest.
     *
     * @throws InvalidSpecException when {@code text} is not a valid name
     */
    public static ImageReference parse(String text) {
        int at = text.indexOf('@');
        Optional<Digest> digest = at < 0 ? Optional.empty() : Optional.of(digest(text, text.substring(at + 1)));
        String named = at < 0 ? text : text.substring(0, at);
        int colon = named.lastIndexOf(':');
        Optional<String> tag = Optional.empty();
        if (colon > named.lastIndexOf('/')) {
            tag = Optional.of(named.substring(colon + 1));
            named = named.substring(0, colon);
        }
        if (tag.isEmpty() && digest.isEmpty()) {
            tag = Optional.of(LATEST);
        }
        int slash = named.indexOf('/');
        String first = slash < 0 ? "" : named.substring(0, slash);
        boolean hosted = first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || first.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
        String registry = hosted ? first : DOCKER;
        String repository = hosted ? named.substring(slash + 1) : named;
        if (registry.equals("index.docker.io")) {
            registry = DOCKER;
        }
        if (registry.equals(DOCKER) && !repository.contains("/")) {
            repository = LIBRARY + repository;
        }
        return checked(text, new ImageReference(registry, repository, tag, digest));
    }

    private static Digest digest(String text, String digest) {
        if (digest.isEmpty()) {
            throw wrong(text, "the digest after @ is missing");
        }
        try {
            return Digest.parse(digest);
        } catch (InvalidSpecException e) {
            throw wrong(text, e.getMessage());
        }
    }

    private static ImageReference checked(String text, ImageReference name) {
        String familiar =
                name.repository.startsWith(LIBRARY) ? name.repository.substring(LIBRARY.length()) : name.repository;
        if (name.toString().length() > MAX_LENGTH) {
            throw wrong(text, "it is longer than " + MAX_LENGTH + " characters");
        }
        int scheme = text.indexOf("://");
        if (scheme >= 0) {
            throw wrong(
                    text,
                    "leave out " + text.substring(0, scheme) + "://"
                            + (text.startsWith("http:") ? ", and pass --plain-http to pull from it" : ""));
        }
        if (text.startsWith("/") || text.startsWith("./") || text.startsWith("../")) {
            throw wrong(text, "it is a path; a directory is given as rootfs, not as image");
        }
        if (!REGISTRY.matcher(name.registry).matches()) {
            throw wrong(text, "its registry is not a host with an optional port");
        }
        if (!REPOSITORY.matcher(name.repository).matches()) {
            throw wrong(
                    text,
                    name.repository.chars().anyMatch(c -> c >= 'A' && c <= 'Z')
                            ? "a repository is written in lower case"
                            : "a repository consists of lower-case letters and digits, with single separators . _ __ -"
                                    + " /");
        }
        if (familiar.length() == 64 && Digest.isHex(familiar) && name.registry.equals(DOCKER)) {
            throw wrong(text, "64 hexadecimal digits are an image's id, not a name");
        }
        if (name.tag.isPresent() && !TAG.matcher(name.tag.get()).matches()) {
            throw wrong(text, "a tag has at most 128 letters, digits, . _ - and begins with none of . -");
        }
        return name;
    }

    private static ImageException wrong(String text, String why) {
        return new ImageException(
                ImageException.Kind.NAME, "image name " + Printable.quoted(text) + " is invalid: " + why);
    }

    /** Registry and repository, without tag and digest. */
    public String name() {
        return registry + "/" + repository;
    }

    /** The reference within the repository: the digest, or else the tag. */
    public String version() {
        return digest.map(Digest::toString).or(() -> tag).orElse(LATEST);
    }

    /** The same repository with a digest and no tag. */
    public ImageReference withDigest(Digest other) {
        return new ImageReference(registry, repository, Optional.empty(), Optional.of(other));
    }

    /** Registry and repository in their short form. */
    public String familiarName() {
        if (!registry.equals(DOCKER)) {
            return name();
        }
        return repository.startsWith(LIBRARY) && repository.indexOf('/', LIBRARY.length()) < 0
                ? repository.substring(LIBRARY.length())
                : repository;
    }

    /** The short form of the name; {@link #parse} reads it as the same name. */
    public String familiar() {
        return familiarName() + suffix();
    }

    private String suffix() {
        return tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
    }

    @Override
    public int compareTo(ImageReference other) {
        return toString().compareTo(other.toString());
    }

    /** The complete name. */
    @Override
    public String toString() {
        return name() + suffix();
    }
}
