package dev.rustyrun.cli.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.cli.common.ClientOptions;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The quick look at a client's arguments, before the model of the command line is built, agrees with that model. */
class RemoteArgumentsTest {

    @Test
    void the_commands_are_those_of_the_model() {
        Set<String> commands = new TreeSet<>(ClientDoor.root().getSubcommands().keySet());
        commands.remove("help");
        assertEquals(commands, new TreeSet<>(HostOption.Commands.NAMES));
    }

    @Test
    void the_options_with_a_value_are_those_of_the_model() {
        Set<String> options = new TreeSet<>();
        ClientDoor.root().getCommandSpec().options().stream()
                .filter(option -> option.arity().min() > 0)
                .forEach(option -> options.addAll(Set.of(option.names())));
        options.remove(ClientOptions.HOST);
        assertEquals(options, new TreeSet<>(ClientOptions.WITH_VALUE));
    }
}
