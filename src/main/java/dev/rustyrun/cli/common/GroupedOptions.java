package dev.rustyrun.cli.common;

import dev.rustyrun.request.RequestField;
import dev.rustyrun.request.RequestOptions;
import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Prints the options in a command's help under headings, one for each class that declares options. */
public final class GroupedOptions implements IHelpSectionRenderer {

    private final Map<String, String> headings;
    private final String others;

    private GroupedOptions(Map<String, String> headings, String others) {
        this.headings = Map.copyOf(headings);
        this.others = others;
    }

    /**
     * Groups the options in the help of {@code command}. An option's own {@link RequestField} heading has priority over
     * its class's; options of classes without a heading come first, under {@code others}.
     */
    public static void in(CommandLine command, Map<Class<?>, String> headings, String others) {
        Map<String, String> all = headings(command, headings, others);
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new GroupedOptions(all, others));
        command.getHelpSectionMap().remove(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING);
    }

    /** The heading of each option, by the option's longest name. */
    private static Map<String, String> headings(CommandLine command, Map<Class<?>, String> classes, String others) {
        Map<String, String> all = new HashMap<>();
        for (OptionSpec option : command.getCommandSpec().options()) {
            String ofClass = option.userObject() instanceof Member member
                    ? classes.getOrDefault(member.getDeclaringClass(), others)
                    : others;
            String own = RequestOptions.of(option).map(RequestField::heading).orElse("");
            all.put(option.longestName(), own.isEmpty() ? ofClass : own);
        }
        return all;
    }

    /** The options of {@code command} by heading, in the order of the help. */
    public Map<String, List<OptionSpec>> groups(CommandSpec command) {
        Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
        groups.put(others, new ArrayList<>());
        for (OptionSpec option : command.options()) {
            groups.computeIfAbsent(headings.get(option.longestName()), any -> new ArrayList<>())
                    .add(option);
        }
        return groups;
    }

    @Override
    public String render(Help help) {
        StringBuilder text = new StringBuilder();
        groups(help.commandSpec()).forEach((heading, options) -> {
            Help.Layout layout = help.createDefaultLayout();
            layout.addOptions(options, help.parameterLabelRenderer());
            text.append(System.lineSeparator())
                    .append(heading)
                    .append(':')
                    .append(System.lineSeparator())
                    .append(layout);
        });
        return text.toString();
    }
}
