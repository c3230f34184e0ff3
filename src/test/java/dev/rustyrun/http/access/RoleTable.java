package dev.rustyrun.http.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The table of docs/http.md with the role that each call needs. */
final class RoleTable {

    static final String WEB_SOCKET = "web socket";
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| ([A-Za-z ]+) \\| `(/[^`]*)` \\| (read|launch|admin) \\|$");

    /**
     * A row of the table.
     *
     * @param call an HTTP method or {@link #WEB_SOCKET}
     */
    record Row(String call, String path, Role role) {

        String path(String id) {
            return path.replace("{id}", id)
                    .replace("{name}", "none")
                    .replace("{port}", "8000")
                    .replace("{path}", "");
        }
    }

    private RoleTable() {}

    static List<Row> read() {
        try {
            return ROW.matcher(Files.readString(Path.of("docs/http.md")))
                    .results()
                    .map(RoleTable::row)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Row row(MatchResult found) {
        return new Row(
                found.group(1), found.group(2), Role.named(found.group(3)).orElseThrow());
    }
}
