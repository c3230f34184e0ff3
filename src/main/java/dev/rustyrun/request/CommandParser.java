package dev.rustyrun.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Makes {@code --command} take all following words, even those that look like options: they belong to the container.
 */
public final class CommandParser implements IParameterPreprocessor {

    @Override
    public boolean preprocess(
            Stack<String> words, CommandSpec command, ArgSpec option, java.util.Map<String, Object> info) {
        List<String> all = new ArrayList<>();
        while (!words.isEmpty()) {
            all.add(words.pop());
        }
        option.setValue(all);
        return true;
    }
}
