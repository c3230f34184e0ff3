package dev.rustyrun.container.files;

import dev.rustyrun.container.files.TarReader.InvalidTarException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What headers in front of a tar entry say about it: records {@code LENGTH KEY=VALUE}; POSIX pax(1). Times, names of users
 * and extended attributes (SCHILY.xattr, such as file capabilities) are of no effect.
 */
final class PaxHeader {

    private static final String SPARSE = "GNU.sparse.";

    private Optional<String> name = Optional.empty();
    private Optional<String> link = Optional.empty();
    private OptionalLong size = OptionalLong.empty();
    private OptionalLong uid = OptionalLong.empty();
    private OptionalLong gid = OptionalLong.empty();

    Optional<String> name() {
        return name;
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

    void name(String text) {
        name = Optional.of(text);
    }

    void link(String text) {
        link = Optional.of(text);
    }

    /**
     * Adds the records of {@code bytes}.
     *
     * @param scope {@code "global "} for a header of all entries, which may say nothing that matters here
     */
    void add(byte[] bytes, String scope) throws InvalidTarException {
        for (int at = 0; at < bytes.length; ) {
            int space = indexOf(bytes, ' ', at);
            String digits =
                    space < 0 || space - at > 9 ? "" : new String(bytes, at, space - at, StandardCharsets.UTF_8);
            int end = digits.matches("[0-9]{1,9}") ? at + Integer.parseInt(digits) : -1;
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
        if (key.startsWith(SPARSE) || key.startsWith("SUN.holesdata") || key.equals("SCHILY.realsize")) {
            throw new InvalidTarException("it has a sparse file (" + key + "); write it whole");
        }
        boolean matters = true;
        switch (key) {
            case "path" -> name = Optional.of(text(key, value));
            case "linkpath" -> link = Optional.of(text(key, value));
            case "size" -> size = OptionalLong.of(number(key, value));
            case "uid" -> uid = OptionalLong.of(number(key, value));
            case "gid" -> gid = OptionalLong.of(number(key, value));
            default -> matters = false;
        }
        if (matters && !scope.isEmpty()) {
            throw new InvalidTarException("a " + scope + "pax header says \"" + key + "\" of all entries");
        }
    }

    private static String text(String key, byte[] value) throws InvalidTarException {
        if (indexOf(value, '\0', 0) >= 0) {
            throw new InvalidTarException("the " + key + " in a pax header has a NUL in it");
        }
        return TarHeader.name(TarHeader.text(value));
    }

    private static long number(String key, byte[] value) throws InvalidTarException {
        String digits = new String(value, StandardCharsets.UTF_8);
        if (!digits.matches("[0-9]{1,18}")) {
            throw new InvalidTarException("the " + key + " in a pax header is not a number");
        }
        return Long.parseLong(digits);
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
