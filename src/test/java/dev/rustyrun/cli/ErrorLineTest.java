package dev.rustyrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rustyrun.cli.common.ErrorLine;
import dev.rustyrun.cli.remote.ClientMain;
import dev.rustyrun.spec.InvalidSpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Errors in a command line are reported in the user's terms, not in those of the parser. */
class ErrorLineTest {

    private static ParameterException refused(CommandLine model, String line) {
        return assertThrows(ParameterException.class, () -> model.parseArgs(line.split(" ")), line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "rnu > unknown command \"rnu\"; did you mean run? (see rustyrun --help)",
                "imgaes > unknown command \"imgaes\"; did you mean images or image? (see rustyrun --help)",
                "nonsense > unknown command \"nonsense\" (see rustyrun --help)",
                "--nonsense > unknown option --nonsense (see rustyrun --help)",
                "run --rootfz x > unknown option --rootfz; did you mean --rootfs? (see rustyrun run --help)",
                "start --nonsense > unknown option --nonsense (see rustyrun start --help)",
                "start > ID is missing (see rustyrun start --help)",
                "run --memory > --memory needs SIZE (see rustyrun run --help)",
                "kill a KILL b > unexpected argument \"b\" (see rustyrun kill --help)",
                "serve --port 8080x > --port takes a whole number, not \"8080x\" (see rustyrun serve --help)",
                "run --no-new-privileges --new-privileges > give --no-new-privileges or --new-privileges, and only once (see rustyrun run --help)",
                "run --no-tty -t > give --tty or --no-tty, and only once (see rustyrun run --help)",
                "run --init=maybe > --init takes true or false, not \"maybe\" (see rustyrun run --help)",
                "run --no-tty=1 > --tty takes true or false, not \"1\" (see rustyrun run --help)",
                "run --read-only= x > --read-only takes true or false, not \"\" (see rustyrun run --help)",
                "run --memory 1g --read-only=null x > --read-only takes true or false, not \"null\" (see rustyrun run --help)",
                "--debug= run x > --debug takes true or false, not \"\" (see rustyrun --help)",
                "exec --tty=Optional.empty x > --tty takes true or false, not \"Optional.empty\" (see rustyrun exec --help)",
                "run --no-new-privileges= x > --no-new-privileges takes true or false, not \"\" (see rustyrun run --help)",
                "run --no-tty= x > --tty takes true or false, not \"\" (see rustyrun run --help)",
                "run -v /tmp x > --volume: volume \"/tmp\" is not SOURCE:TARGET or SOURCE:TARGET:OPTIONS (see rustyrun run --help)",
                "run --timeout 1s x > --timeout: '1s' is not a number such as 1.5 (see rustyrun run --help)",
                "run --net none --net host x > --network can be given only once (see rustyrun run --help)",
                "--verison > unknown option --verison; did you mean --version? (see rustyrun --help)",
                "--rm run x > unknown option --rm; it is an option of run: rustyrun run --rm … (see rustyrun --help)",
                "-it run x > unknown option -it; it is an option of run: rustyrun run -it … (see rustyrun --help)",
                "run --log x y > unknown option --log; it must be before the command: rustyrun --log … (see rustyrun run --help)",
                "list --host=x > unknown option --host=x; it must be before the command: rustyrun --host … (see rustyrun list --help)",
                "exec --privileged a b > unknown option --privileged; use --cap NAME for each capability that the command needs (see rustyrun exec --help)",
                "list a b > unexpected arguments \"a\" \"b\" (see rustyrun list --help)",
            })
    void a_wrong_command_line(String line, String message) {
        assertEquals(message, ErrorLine.of(refused(CommandLineMain.Commands.MODEL, line)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run x prog --init=",
                "run --rootfs x --command --init= --read-only=null",
                "run --read-only=FALSE x",
                "run -it --init=true x",
                "exec x prog --tty="
            })
    void a_word_of_the_command_or_of_another_option_is_not_the_value_of_a_flag(String line) {
        CommandLineMain.Commands.MODEL.parseArgs(line.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "create x > a server does not support the command \"create\" (see URL --help)",
                "run --privileged x > a server does not support the option --privileged (see URL run --help)",
                "run --cap-add ALL x > a server does not support the option --cap-add (see URL run --help)",
                "run --device=/dev/x x > a server does not support the option --device=/dev/x (see URL run --help)",
                "imgaes > unknown command \"imgaes\"; did you mean images? (see URL --help)",
                "run --rootfz x > unknown option --rootfz; did you mean --rootfs? (see URL run --help)",
                "run --read-only= x > --read-only takes true or false, not \"\" (see URL run --help)",
            })
    void a_wrong_command_line_for_a_server(String line, String message) {
        ParameterException refused = refused(ClientMain.model(), "--host http://127.0.0.1 " + line);
        assertEquals(message, ErrorLine.ofClient(refused, CommandLineMain.Commands.MODEL, "URL"));
    }

    @Test
    void no_class_of_java_is_named() {
        assertEquals("the words", ErrorLine.of(new InvalidSpecException("the words")));
        assertEquals(
                "internal error: run the command again with --debug, and report the stack trace",
                ErrorLine.of(new NullPointerException("Cannot invoke \"Object.toString()\"")));
    }
}
