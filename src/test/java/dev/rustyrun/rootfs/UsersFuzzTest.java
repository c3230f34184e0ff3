package dev.rustyrun.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Id;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** For any user option and any user files of an image, the result is a user with ids in range or a refusal. */
class UsersFuzzTest {

    private static final String PASSWD = "root:x:0:0:root:/root:/bin/sh\nweb:x:33:44:www:/srv:/bin/false\n";
    private static final String GROUP = "root:x:0:\nwww:x:44:\nlogs:x:50:web\n";

    private static Optional<Spec.User> find(String passwd, String group, String text) {
        try {
            Users.Account account = Users.parse(passwd, group).find(text, List.of(), 022);
            Spec.User user = account.user();
            assertTrue(Stream.concat(Stream.of(user.uid(), user.gid()), user.additionalGids().stream())
                    .allMatch(id -> Id.number(id) <= Id.MAX));
            assertTrue(account.home().startsWith("/"));
            return Optional.of(user);
        } catch (InvalidSpecException refused) {
            return Optional.empty();
        }
    }

    @Property(tries = 3000)
    void only_a_known_name_or_a_whole_number_is_a_user(@ForAll("words") String text) {
        String id = "(root|web|[0-9]+)";
        boolean looksRight = text.matches(id + "(:(root|www|logs|[0-9]+)?)?");
        assertTrue(looksRight || find(PASSWD, GROUP, text).isEmpty(), text);
    }

    @Property(tries = 1000)
    void every_number_in_range_is_itself(
            @ForAll @LongRange(max = Id.MAX) long uid, @ForAll @LongRange(max = Id.MAX) long gid) {
        Spec.User user = find(PASSWD, GROUP, uid + ":" + gid).orElseThrow();
        assertEquals(List.of(uid, gid), List.of(Id.number(user.uid()), Id.number(user.gid())));
        long beyond = uid + Id.MAX + 1;
        assertTrue(find(PASSWD, GROUP, Long.toString(beyond)).isEmpty());
        assertTrue(find(PASSWD, GROUP, "0:" + beyond).isEmpty());
    }

    @Property(tries = 2000)
    void invalid_files_of_an_image_only_lead_to_a_refusal(
            @ForAll("files") String passwd, @ForAll("files") String group, @ForAll("words") String text) {
        find(passwd, group, text);
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20),
                Arbitraries.of(
                                "root",
                                "web",
                                "www",
                                "logs",
                                "0",
                                "33",
                                ":",
                                "+",
                                "-",
                                " ",
                                "\n",
                                "\0",
                                "x",
                                "9999999999",
                                "٣")
                        .list()
                        .ofMaxSize(4)
                        .map(parts -> String.join("", parts)));
    }

    @Provide
    Arbitrary<String> files() {
        return Arbitraries.of(
                        "root",
                        "web",
                        "0",
                        "33",
                        ":",
                        ":",
                        ":",
                        ":",
                        "x",
                        "-1",
                        "4294967296",
                        ",",
                        "#",
                        "\n",
                        "\n",
                        "/srv",
                        "")
                .list()
                .ofMaxSize(60)
                .map(parts -> String.join("", parts));
    }
}
