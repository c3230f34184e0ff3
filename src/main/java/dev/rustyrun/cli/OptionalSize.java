package dev.rustyrun.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Takes the word after an option as its size only if it looks like one; otherwise it is the first word of the
 * container's command.
 */
final class OptionalSize implements IParameterPreprocessor {

    static final String SIZE = "[0-9]{1,12}[kKmMgG%]?";

    @Override
    public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
        boolean attached = "=".equals(info.get("separator"));
        if (attached || !args.isEmpty() && args.peek().matches(SIZE)) {
            return false;
        }
        option.setValue("");
        return true;
    }
}
