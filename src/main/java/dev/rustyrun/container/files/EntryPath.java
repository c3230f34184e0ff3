package dev.rustyrun.container.files;

import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.linux.Printable;
import java.util.ArrayList;
import java.util.List;

/** A path in an archive, which must be relative and without {@code ..}. */
final class EntryPath {

    private EntryPath() {}

    /** The names of {@code path}, a path or link target in {@code entry}; none for the directory itself. */
    static List<String> of(Entry entry, String path) {
        String what = path.equals(entry.name()) ? "" : "links to " + Printable.quoted(path) + ", which ";
        if (path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw EntryRefusal.wrong(entry, what + "is not a relative path");
        }
        List<String> names = new ArrayList<>();
        for (String name : path.split("/")) {
            if (name.equals("..")) {
                throw EntryRefusal.wrong(entry, what + "contains ..");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }
}
