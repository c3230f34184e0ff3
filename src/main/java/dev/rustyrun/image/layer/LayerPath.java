package dev.rustyrun.image.layer;

import dev.rustyrun.linux.Printable;
import java.util.ArrayList;
import java.util.List;

/**
 * A path in a layer. It is always relative to the layer's root, even with a leading slash, and never contains
 * {@code ..}.
 */
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
     * @throws LayerException when it contains {@code ..} or NUL
     */
    static LayerPath of(String text) {
        List<String> names = new ArrayList<>();
        for (int from = 0; from <= text.length(); ) {
            int slash = text.indexOf('/', from);
            int end = slash < 0 ? text.length() : slash;
            String name = text.substring(from, end);
            if (name.equals("..")) {
                throw refused(text, "contains ..");
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

    /** The path relative to the root; empty for the root. */
    String text() {
        return String.join("/", names);
    }

    /** The parent directory. */
    LayerPath parent() {
        return new LayerPath(names.subList(0, names.size() - 1));
    }

    List<String> names() {
        return names;
    }

    /** Whether it marks its directory as opaque; image-spec layer.md, "Opaque Whiteout". */
    boolean isOpaqueMark() {
        return !isRoot() && name().equals(OPAQUE);
    }

    /** Whether it is another file of aufs metadata, which has no meaning here. */
    boolean isMeta() {
        return names.stream().anyMatch(name -> name.startsWith(META)) && !isOpaqueMark();
    }

    /** Whether it hides a file of lower layers; image-spec layer.md, "Whiteouts". */
    boolean isWhiteout() {
        return !isRoot() && name().startsWith(WHITEOUT);
    }

    /**
     * The path that this whiteout hides.
     *
     * @throws LayerException when the whiteout names no file
     */
    LayerPath hidden() {
        String name = name().substring(WHITEOUT.length());
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw refused(text(), "is a whiteout without a file name");
        }
        List<String> all = new ArrayList<>(names);
        all.set(all.size() - 1, name);
        return new LayerPath(all);
    }
}
