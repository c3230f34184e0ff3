package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.engine.EngineContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code inspect}: prints what is known of containers. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Prints what is known of containers, as a JSON array.")
public final class InspectCommand implements EngineContext.Command {

    @Parameters(paramLabel = "ID", arity = "1..*", description = "Their ids.")
    private List<String> ids;

    @Override
    public int perform(EngineContext context) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        int code = context.each(ids, id -> all.add(context.engine().container(id)));
        context.print(all.toPrettyString() + "\n");
        return code;
    }
}
