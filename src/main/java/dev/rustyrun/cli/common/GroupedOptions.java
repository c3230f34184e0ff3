package dev.rustyrun.cli.common;

import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The options in a command's help, under a heading for each of the classes that they are fields of. */
public final class GroupedOptions implements IHelpSectionRenderer {

    private final Map<Class<?>, String> headings;
    private final String others;

    private GroupedOptions(Map<Class<?>, String> headings, String others) {
        this.headings = Map.copyOf(headings);
        this.others = others;
    }

    /** Has the help of {@code command} show its options so, those of other classes under {@code others}, and first. */
    public static void in(CommandLine command, Map<Class<?>, String> headings, String others) {
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new GroupedOptions(headings, others));
        command.getHelpSectionMap().remove(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING);
    }

    @Override
    public String render(Help help) {
        Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
        groups.put(others, new ArrayList<>());
        for (OptionSpec option : help.commandSpec().options()) {
            String heading = option.userObject() instanceof Member member
                    ? headings.getOrDefault(member.getDeclaringClass(), others)
                    : others;
            groups.computeIfAbsent(heading, any -> new ArrayList<>()).add(option);
        }
        StringBuilder text = new StringBuilder();
        groups.forEach((heading, options) -> {
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
