package dev.rustyrun.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VariablesTest {

    @TempDir
    Path folder;

    private static Variables variables() {
        Map<String, String> callers = Map.of("HOME", "/home/me", "EMPTY", "");
        return new Variables(name -> Optional.ofNullable(callers.get(name)));
    }

    private static List<Variable> given(String... words) {
        return Stream.of(words).map(Variable::of).toList();
    }

    private static List<String> words(Variables variables) {
        return variables.list().stream().map(Variable::word).toList();
    }

    @Test
    void a_name_without_a_value_gets_the_callers_value_or_is_omitted() {
        assertEquals(List.of("HOME=/home/me", "EMPTY="), words(variables().add(given("HOME", "EMPTY", "NONE"))));
    }

    @Test
    void a_later_value_takes_the_place_of_an_earlier_one() {
        assertEquals(List.of("A=3=3", "B=2"), words(variables().add(given("A=1", "B=2", "A=3=3"))));
        assertEquals(List.of("A="), words(variables().add(given("A=1", "A="))));
    }

    @Test
    void a_word_without_a_name_is_refused() {
        for (String wrong : List.of("=x", "", " ")) {
            Variables none = variables();
            assertThrows(InvalidSpecException.class, () -> none.add(given(wrong)), wrong);
        }
    }

    @Test
    void a_file_has_one_on_a_line_and_comments() throws IOException {
        Path file = Files.writeString(folder.resolve("env"), "# a comment\n\nA=1 # no comment\n  B=2\nHOME\nNONE\n");
        assertEquals(
                List.of("A=1 # no comment", "B=2", "HOME=/home/me"),
                words(variables().addFile(file.toString())));
    }

    @Test
    void a_file_that_cannot_be_read_or_is_invalid_is_reported_in_one_line() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong"), "=1\n");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {'A', '=', (byte) 0xff});
        for (Path file : List.of(folder, folder.resolve("none"), wrong, binary, Path.of("/dev/zero"))) {
            Variables none = variables();
            String message = assertThrows(InvalidSpecException.class, () -> none.addFile(file.toString()))
                    .getMessage();
            assertTrue(message.startsWith("--env-file " + file), message);
        }
    }
}
