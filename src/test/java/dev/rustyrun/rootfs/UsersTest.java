package dev.rustyrun.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsersTest {

    private static final Users USERS = Users.parse("""
            root:x:0:0:root:/root:/bin/sh
            # comment
            broken line
            web:x:33:44:www:/srv:/bin/false
            1000:x:7:8:digits for a name:/seven:/bin/sh
            """, """
            root:x:0:
            www:x:44:
            logs:x:50:web,root
            adm:x:51:other,webmaster
            """);

    @ParameterizedTest
    @CsvSource({
        "web,33,44,/srv",
        "web:,33,44,/srv",
        "33,33,44,/srv",
        "web:root,33,0,/srv",
        "0:50,0,50,/root",
        "4321,4321,0,/",
        "4321:4321,4321,4321,/",
        "1000,7,8,/seven"
    })
    void names_and_numbers_are_found(String text, int uid, int gid, String home) {
        Users.Account account = find(text);
        assertEquals(uid, account.user().uid());
        assertEquals(gid, account.user().gid());
        assertEquals(home, account.home());
    }

    private static Users.Account find(String text) {
        return USERS.find(text, List.of(), 022);
    }

    @Test
    void supplementary_groups_come_from_the_whole_member_name() {
        assertEquals(List.of(50), find("web").user().additionalGids());
        assertEquals(List.of(), find("web:www").user().additionalGids(), "an explicit group is the only one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "we",
                "webx",
                "-1",
                "0x10",
                "33 ",
                "web:nope",
                "4294967296",
                "4294967295",
                ":0",
                "web:www:more",
                "+5",
                "\u0661"
            })
    void anything_else_is_refused(String text) {
        String message =
                assertThrows(InvalidSpecException.class, () -> find(text)).getMessage();
        assertTrue(message.contains("unknown") || message.contains("is not a number"), message);
    }
}
