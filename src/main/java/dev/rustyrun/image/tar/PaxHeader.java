package dev.rustyrun.image.tar;

import dev.rustyrun.image.tar.TarReader.InvalidTarException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The extended headers of a tar entry: records {@code LENGTH KEY=VALUE}; POSIX pax(1). Extended attributes
 * (SCHILY.xattr, such as file capabilities) and sparse files are supported only in layers. In other archives, extended
 * attributes are ignored, and a sparse file is an error.
 */
final class PaxHeader {

    private static final String SPARSE = "GNU.sparse.";
    static final String ATTRIBUTE = "SCHILY.xattr.";
    private static final int NANO_DIGITS = 9;

    private final boolean layer;
    private Optional<String> name = Optional.empty();
    private Optional<String> link = Optional.empty();
    private OptionalLong size = OptionalLong.empty();
    private OptionalLong uid = OptionalLong.empty();
    private OptionalLong gid = OptionalLong.empty();
    private OptionalLong seconds = OptionalLong.empty();
    private int nanos;
    private final Map<String, byte[]> attributes = new LinkedHashMap<>();
    private final SparseHeader sparse = new SparseHeader();

    /** @param layer whether the entry belongs to an image layer */
    PaxHeader(boolean layer) {
        this.layer = layer;
    }

    Optional<String> name() {
        return sparse.name().isPresent() ? sparse.name() : name;
    }

    Optional<String> link() {
        return link;
    }

    OptionalLong size() {
        return size;
    }

    OptionalLong uid() {
        return uid;
    }

    OptionalLong gid() {
        return gid;
    }

    /** The modification time in whole seconds since 1970; the nanoseconds are added to it. */
    OptionalLong seconds() {
        return seconds;
    }

    int nanos() {
        return nanos;
    }

    Map<String, byte[]> attributes() {
        return attributes;
    }

    SparseHeader sparse() {
        return sparse;
    }

    void name(String text) {
        name = Optional.of(text);
    }

    void link(String text) {
        link = Optional.of(text);
    }

    /**
     * Adds the records of {@code bytes}.
     *
     * @param scope {@code "global "} for a header of all entries, in which records that have an effect are refused
     */
    void add(byte[] bytes, String scope) throws InvalidTarException {
        for (int at = 0; at < bytes.length; ) {
            int space = indexOf(bytes, ' ', at);
            long length = space < 0 || space - at > 9 ? -1 : digits(bytes, at, space);
            int end = length < 0 ? -1 : (int) Math.min(at + length, Integer.MAX_VALUE);
            int equals = space < 0 ? -1 : indexOf(bytes, '=', space);
            if (end <= equals || end > bytes.length || equals < 0 || bytes[end - 1] != '\n') {
                throw new InvalidTarException("a pax header is damaged");
            }
            String key = new String(bytes, space + 1, equals - space - 1, StandardCharsets.UTF_8);
            record(key, Arrays.copyOfRange(bytes, equals + 1, end - 1), scope);
            at = end;
        }
    }

    private void record(String key, byte[] value, String scope) throws InvalidTarException {
        boolean holes = key.startsWith(SPARSE) || key.startsWith("SUN.holesdata") || key.equals("SCHILY.realsize");
        if (holes && (!layer || !scope.isEmpty() || !key.startsWith(SPARSE))) {
            throw new InvalidTarException("it has a sparse file (" + key + "); store it without holes");
        }
        boolean matters = true;
        switch (key) {
            case "path" -> name = Optional.of(text(key, value));
            case "linkpath" -> link = Optional.of(text(key, value));
            case "size" -> size = OptionalLong.of(number(key, value));
            case "uid" -> uid = OptionalLong.of(number(key, value));
            case "gid" -> gid = OptionalLong.of(number(key, value));
            case "mtime" -> {
                // A global mtime is refused in a layer, and ignored elsewhere.
                matters = layer;
                if (layer || scope.isEmpty()) {
                    time(new String(value, StandardCharsets.UTF_8));
                }
            }
            default -> matters = layer && ofLayer(key, value);
        }
        if (matters && !scope.isEmpty()) {
            throw new InvalidTarException("a " + scope + "pax header sets \"" + key + "\" for all entries");
        }
    }

    private boolean ofLayer(String key, byte[] value) throws InvalidTarException {
        if (key.startsWith(ATTRIBUTE)) {
            attributes.put(key.substring(ATTRIBUTE.length()), value);
        } else if (key.equals(SPARSE + "name")) {
            sparse.name(text(key, value));
        } else if (key.startsWith(SPARSE)) {
            sparse.add(key.substring(SPARSE.length()), new String(value, StandardCharsets.UTF_8));
        } else {
            return false;
        }
        return true;
    }

    /** Parses a time such as {@code 1700000000.123456789}, or {@code -1.5}, which is half a second after -2. */
    private void time(String text) throws InvalidTarException {
        int point = text.indexOf('.');
        String whole = point < 0 ? text : text.substring(0, point);
        String part = point < 0 ? "" : text.substring(point + 1);
        if (!whole.matches("-?[0-9]{1,15}") || !part.matches("[0-9]*")) {
            throw new InvalidTarException("the mtime in a pax header is not a time");
        }
        String padded = part + "0".repeat(NANO_DIGITS);
        long after = Long.parseLong(padded.substring(0, NANO_DIGITS));
        long before = Long.parseLong(whole);
        boolean borrows = whole.startsWith("-") && after > 0;
        seconds = OptionalLong.of(borrows ? before - 1 : before);
        nanos = (int) (borrows ? 1_000_000_000 - after : after);
    }

    private String text(String key, byte[] value) throws InvalidTarException {
        if (indexOf(value, '\0', 0) >= 0) {
            throw new InvalidTarException("the " + key + " in a pax header has a NUL in it");
        }
        return TarHeader.name(TarHeader.text(value, layer));
    }

    private static long number(String key, byte[] value) throws InvalidTarException {
        long number = value.length > 18 ? -1 : digits(value, 0, value.length);
        if (number < 0) {
            throw new InvalidTarException("the " + key + " in a pax header is not a number");
        }
        return number;
    }

    /** Parses a decimal number; -1 when it is invalid. */
    private static long digits(byte[] bytes, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            number = number * 10 + bytes[i] - '0';
        }
        return from == to ? -1 : number;
    }

    private static int indexOf(byte[] bytes, char wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
