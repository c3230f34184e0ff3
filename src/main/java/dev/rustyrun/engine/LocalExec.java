package dev.rustyrun.engine;

import dev.rustyrun.container.ContainerUsers;
import dev.rustyrun.container.Execution;
import dev.rustyrun.container.WaitingStage;
import dev.rustyrun.spec.CreateOptions;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import java.util.List;
import java.util.function.UnaryOperator;

/** A command that runs in a container of this user. */
public final class LocalExec {

    private final CommandContext context;
    private final String id;

    LocalExec(CommandContext context, String id) {
        this.context = context;
        this.id = id;
    }

    /**
     * Whether the container exists and was not created from a bundle. Engines and scripts expect runc's exit status for
     * containers from bundles.
     */
    public boolean isInRun() {
        try {
            return context.store()
                            .find(id)
                            .filter(state -> state.origin().bundle().isEmpty())
                            .isPresent()
                    || context.engine().isDetached(id);
        } catch (RuntimeException unknown) {
            return false;
        }
    }

    /**
     * The process that a file describes, as in config.json.
     *
     * @param option the option that names the file
     * @throws dev.rustyrun.spec.InvalidSpecException when it cannot be read or is invalid
     */
    public static Spec.Process read(String option, String file) {
        return Execution.read(option, file);
    }

    /**
     * {@code process} with another AppArmor profile or SELinux label, each unless it is empty.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when this kernel does not support the profile or label
     */
    public static Spec.Process labelled(Spec.Process process, String apparmor, String selinux) {
        return Execution.labelled(process, apparmor, selinux);
    }

    /**
     * The user that {@code text} names in the container.
     *
     * @param further names or numbers of supplementary groups
     * @throws dev.rustyrun.spec.InvalidSpecException when a name is unknown
     */
    public Spec.User user(String text, List<String> further, int umask) {
        return new ContainerUsers(context.tools(), id).find(text, further, umask);
    }

    /**
     * Runs the process.
     *
     * @param ignoresPause whether it is also started in a paused container, where it waits
     * @param cgroups the cgroups below the container's that it joins, as {@code --cgroup} names them
     * @param process derives the new process from the process of the container's config.json
     * @param detached whether to return once the command is executed; else waits for its end
     * @throws dev.rustyrun.spec.InvalidSpecException when the process cannot be started as requested
     */
    public Outcome run(
            boolean ignoresPause,
            List<String> cgroups,
            UnaryOperator<Spec.Process> process,
            CreateOptions options,
            boolean detached) {
        Execution.Place place = new Execution.Place(id, ignoresPause, cgroups);
        WaitingStage stage = context.stage("exec");
        return new Execution(context.tools())
                .execute(place, of -> prepared(process.apply(of), stage), options, detached, stage);
    }

    private Spec.Process prepared(Spec.Process made, WaitingStage stage) {
        if (made.terminal() && !isInRun()) {
            stage.withoutReturns();
        }
        return made;
    }
}
