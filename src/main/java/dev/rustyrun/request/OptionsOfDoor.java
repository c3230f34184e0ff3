package dev.rustyrun.request;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The same request has other words at another door: what an option of it means, and whether it is one at all. */
public final class OptionsOfDoor {

    private OptionsOfDoor() {}

    /** Has {@code command} take what is launched on this machine. */
    public static void here(CommandLine command) {
        replace(
                command.getCommandSpec(),
                option -> of(option).filter(field -> !field.local()).isPresent()
                        ? Optional.empty()
                        : Optional.of(option));
    }

    /** Has {@code command} take what a service launches. */
    public static void atService(CommandLine command) {
        replace(
                command.getCommandSpec(),
                option -> Optional.of(
                        of(option).map(field -> atService(option, field)).orElse(option)));
    }

    /** What the field of {@code option} says of it, if it is one of a request. */
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

    /** All of them are added again, so that they stay in their order. */
    private static void replace(CommandSpec command, Change change) {
        List<OptionSpec> options = new ArrayList<>(command.options());
        options.forEach(command::remove);
        options.forEach(option -> change.to(option).ifPresent(command::addOption));
    }
}
