package dev.rustyrun.cgroup.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitNameTest {

    @ParameterizedTest
    @CsvSource({
        "machine.slice:libpod:1, /machine.slice/libpod-1.scope",
        "a-b-c.slice:p:n, /a.slice/a-b.slice/a-b-c.slice/p-n.scope",
        ":p:n, /system.slice/p-n.scope",
        "-.slice:p:n, /p-n.scope",
        "'', /system.slice/rustyrun-box.scope",
        "a.slice::n, /a.slice/-n.scope",
        "a.slice:p:a-pod.slice, /a.slice/a-pod.slice"
    })
    void a_unit_is_where_its_slice_is(String cgroupsPath, String group) {
        assertEquals(group, UnitName.of(cgroupsPath, "box", false).path());
    }

    @Test
    void the_default_of_an_ordinary_user_is_in_the_users_slice() {
        assertEquals("/user.slice/p-n.scope", UnitName.of(":p:n", "box", true).path());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/b",
                "a:b",
                "a:b:c:d",
                "a:p:n",
                "a--b.slice:p:n",
                "-a.slice:p:n",
                "a-.slice:p:n",
                "a/b.slice:p:n",
                "..:p:n",
                "a.slice:p:n/../m",
                "a.slice:p:n m",
                "a.slice:p:é",
                ".slice:p:n",
                "a.slice:p:.slice"
            })
    void an_invalid_unit_is_refused_in_words(String cgroupsPath) {
        String message = assertThrows(InvalidSpecException.class, () -> UnitName.of(cgroupsPath, "box", false))
                .getMessage();
        assertTrue(message.contains(cgroupsPath), message);
    }
}
