package dev.rustyrun.image.layer;

import dev.rustyrun.linux.Printable;
import java.util.ArrayList;
import java.util.List;

/** A path in a layer. It is one below the layer's root, whatever it begins with, and never climbs. */
final class LayerPath {

    private static final String WHITEOUT = ".wh.";
    private static final String META = ".wh..wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    private final List<String> names;

    private LayerPath(List<String> names) {
        this.names = names;
    }

    /**
     * The path {@code text} of an entry.
     *
     * @throws LayerException when it climbs
     */
    static LayerPath of(String text) {
        List<String> names = new ArrayList<>();
        for (int from = 0; from <= text.length(); ) {
            int slash = text.indexOf('/', from);
            int end = slash < 0 ? text.length() : slash;
            String name = text.substring(from, end);
            if (name.equals("..")) {
                throw refused(text, "climbs with ..");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
            from = end + 1;
        }
        if (text.indexOf('\0') >= 0) {
            throw refused(text, "has a NUL in it");
        }
        return new LayerPath(names);
    }

    static LayerException refused(String name, String why) {
        return new LayerException("entry " + Printable.quoted(name) + " of the layer " + why);
    }

    boolean isRoot() {
        return names.isEmpty();
    }

    String name() {
        return names.get(names.size() - 1);
    }

    /** Where it is, relative to the root; empty for the root. */
    String text() {
        return String.join("/", names);
    }

    /** The directory it is in. */
    LayerPath parent() {
        return new LayerPath(names.subList(0, names.size() - 1));
    }

    List<String> names() {
        return names;
    }

    /** Whether it makes the directory that it is in hide those of lower layers; image-spec layer.md, "Opaque Whiteout". */
    boolean isOpaqueMark() {
        return !isRoot() && name().equals(OPAQUE);
    }

    /** Whether it is another of the marks of aufs, which say nothing of the files. */
    boolean isMeta() {
        return names.stream().anyMatch(name -> name.startsWith(META)) && !isOpaqueMark();
    }

    /** Whether it hides a file of lower layers; image-spec layer.md, "Whiteouts". */
    boolean isWhiteout() {
        return !isRoot() && name().startsWith(WHITEOUT);
    }

    /**
     * What this whiteout hides.
     *
     * @throws LayerException when that is no name
     */
    LayerPath hidden() {
        String name = name().substring(WHITEOUT.length());
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw refused(text(), "is a whiteout of no file");
        }
        List<String> all = new ArrayList<>(names);
        all.set(all.size() - 1, name);
        return new LayerPath(all);
    }
}
