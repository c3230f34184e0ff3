package dev.rustyrun.request;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Adapts the options of a request to the local or the remote command line: descriptions differ, and some options exist
 * only remotely.
 */
public final class RequestOptions {

    private RequestOptions() {}

    /** Keeps only the options of the local command line. */
    public static void local(CommandLine command) {
        replace(
                command.getCommandSpec(),
                option -> of(option).filter(field -> !field.local()).isPresent()
                        ? Optional.empty()
                        : Optional.of(option));
    }

    /** Uses the descriptions and labels that apply to a service. */
    public static void atService(CommandLine command) {
        replace(
                command.getCommandSpec(),
                option -> Optional.of(
                        of(option).map(field -> atService(option, field)).orElse(option)));
    }

    /** The {@link RequestField} annotation of {@code option}'s field, if it has one. */
    public static Optional<RequestField> of(OptionSpec option) {
        return option.userObject() instanceof AnnotatedElement field
                ? Optional.ofNullable(field.getAnnotation(RequestField.class))
                : Optional.empty();
    }

    private static OptionSpec atService(OptionSpec option, RequestField field) {
        OptionSpec.Builder changed = OptionSpec.builder(option);
        if (!field.atService().isEmpty()) {
            changed.description(field.atService());
        }
        if (!field.labelAtService().isEmpty()) {
            changed.paramLabel(field.labelAtService());
        }
        return changed.build();
    }

    private interface Change {
        Optional<OptionSpec> to(OptionSpec option);
    }

    /** Removes and re-adds all options, which keeps their order. */
    private static void replace(CommandSpec command, Change change) {
        List<OptionSpec> options = new ArrayList<>(command.options());
        options.forEach(command::remove);
        options.forEach(option -> change.to(option).ifPresent(command::addOption));
    }
}
