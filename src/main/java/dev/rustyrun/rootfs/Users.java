package dev.rustyrun.rootfs;

import dev.rustyrun.spec.Id;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The users and groups of a root file system, from its {@code /etc/passwd} and {@code /etc/group}; man 5 passwd. */
public final class Users {

    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    private final List<String[]> passwd;
    private final List<String[]> group;

    private Users(List<String[]> passwd, List<String[]> group) {
        this.passwd = passwd;
        this.group = group;
    }

    /** The users and groups of {@code rootfs}. A file that cannot be read counts as empty. */
    public static Users of(RootfsDirectory rootfs) {
        return parse(
                rootfs.read("etc/passwd").orElse(""), rootfs.read("etc/group").orElse(""));
    }

    /** The users and groups of these texts of passwd and group. Comments and incomplete lines are skipped. */
    public static Users parse(String passwd, String group) {
        return new Users(entries(passwd, 7), entries(group, 4));
    }

    /**
     * A user and their home directory.
     *
     * @param home absolute path inside the container
     */
    public record Account(Spec.User user, String home) {}

    /**
     * The account that {@code text} names: {@code USER} or {@code USER:GROUP}, each a name or a number. A name must exist
     * in the files; a number need not. {@code USER:}, as some images have it, means {@code USER}, as in docker.
     *
     * @param further additional supplementary groups, by name or number
     * @param umask permission bits that new files of the user do not get
     * @throws InvalidSpecException when a name is unknown or an id is invalid
     */
    public Account find(String text, List<String> further, int umask) {
        int colon = text.indexOf(':');
        String userText = colon < 0 ? text : text.substring(0, colon);
        Optional<String[]> entry = userEntry(userText);
        int uid = id("user", userText, entry);
        int gid = entry.map(fields -> number("group id of " + userText, fields[3]))
                .orElse(0);
        List<Integer> groups = entry.map(fields -> groupsOf(fields[0])).orElse(List.of());
        if (colon >= 0 && colon < text.length() - 1) {
            String groupText = text.substring(colon + 1);
            gid = id("group", groupText, find(group, groupText));
            groups = List.of();
        }
        String home = entry.map(fields -> fields[5])
                .filter(path -> path.startsWith("/"))
                .orElse("/");
        List<Integer> all = new ArrayList<>(groups);
        further.forEach(name -> all.add(id("group", name, find(group, name))));
        return new Account(new Spec.User(uid, gid, all, umask), home);
    }

    private Optional<String[]> userEntry(String text) {
        return find(passwd, text);
    }

    /** Searches by name first, because a name may consist of digits, and then by id, the third field in both files. */
    private static Optional<String[]> find(List<String[]> entries, String text) {
        Optional<String[]> byName =
                entries.stream().filter(fields -> fields[0].equals(text)).findFirst();
        return byName.isPresent()
                ? byName
                : entries.stream().filter(fields -> fields[2].equals(text)).findFirst();
    }

    private static int id(String what, String text, Optional<String[]> entry) {
        if (entry.isPresent()) {
            return number(what + " id of " + text, entry.get()[2]);
        }
        if (DIGITS.matcher(text).matches()) {
            return number(what, text);
        }
        throw new InvalidSpecException(
                "unknown " + what + " \"" + text + "\": it is neither a number nor in the rootfs's "
                        + (what.equals("user") ? "/etc/passwd" : "/etc/group"));
    }

    private static int number(String what, String text) {
        return Id.parse(what, text);
    }

    private List<Integer> groupsOf(String user) {
        List<Integer> ids = new ArrayList<>();
        for (String[] fields : group) {
            if (List.of(fields[3].split(",")).contains(user)) {
                ids.add(number("group id of " + fields[0], fields[2]));
            }
        }
        return ids;
    }

    private static List<String[]> entries(String text, int fieldCount) {
        return text.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length >= fieldCount)
                .toList();
    }
}
