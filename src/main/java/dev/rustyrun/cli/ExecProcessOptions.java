package dev.rustyrun.cli;

import dev.rustyrun.request.ExecOptions;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Id;
import dev.rustyrun.spec.Spec;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of exec that change the process in comparison with the container's. */
final class ExecProcessOptions {

    /** Looks up users in a container. */
    interface NamedUsers {
        /** The user that {@code text} names, with these additional groups. */
        Spec.User find(String text, List<String> further, int umask);
    }

    @Mixin
    private ExecOptions common;

    @Option(
            names = {"-g", "--additional-gids"},
            paramLabel = "GID",
            description = "Add a supplementary group; repeatable.")
    private List<String> groups = List.of();

    @Option(
            names = {"-c", "--cap"},
            paramLabel = "NAME",
            description = "Add a capability; repeatable.")
    private List<String> capabilities = List.of();

    @Option(names = "--no-new-privs", description = "Set no_new_privs: execve never grants more privileges.")
    private boolean noNewPrivileges;

    /**
     * The process {@code of} the container's config.json with the command and the options of exec.
     *
     * @param users looks up users; called only for names
     * @param messages receives warnings
     */
    Spec.Process applyTo(Spec.Process of, List<String> args, NamedUsers users, PrintStream messages) {
        return of.copy()
                .terminal(common.terminal().isGiven())
                .user(user(of.user(), users))
                .args(args)
                .env(environment(of.env()))
                .cwd(common.request().workdir().orElse(of.cwd()))
                .capabilities(capabilities(of.capabilities(), messages))
                .noNewPrivileges(noNewPrivileges || of.noNewPrivileges())
                .build();
    }

    private Spec.User user(Spec.User of, NamedUsers users) {
        List<Integer> all = new ArrayList<>(of.additionalGids());
        groups.forEach(group -> all.add(Id.parse("--additional-gids", group)));
        if (common.request().user().isEmpty()) {
            return new Spec.User(of.uid(), of.gid(), all, of.umask());
        }
        String user = common.request().user().get();
        if (!user.matches("[0-9]+(:[0-9]+)?")) {
            List<String> further = all.stream().map(Integer::toUnsignedString).toList();
            return users.find(user, further, of.umask());
        }
        String[] ids = user.split(":");
        int uid = Id.parse("--user", ids[0]);
        int gid = ids.length > 1 ? Id.parse("--user group", ids[1]) : of.gid();
        return new Spec.User(uid, gid, all, of.umask());
    }

    private List<String> environment(List<String> of) {
        List<String> all = new ArrayList<>(of);
        common.request().resolveVariables();
        common.request().env().forEach(variable -> {
            all.removeIf(earlier -> earlier.startsWith(variable.name() + "="));
            all.add(variable.word());
        });
        return all;
    }

    private Spec.Capabilities capabilities(Spec.Capabilities of, PrintStream messages) {
        if (capabilities.isEmpty()) {
            return of;
        }
        List<Capability> added = capabilities.stream()
                .flatMap(name -> known(name, messages).stream())
                .toList();
        return new Spec.Capabilities(
                with(of.bounding(), added),
                with(of.effective(), added),
                with(of.permitted(), added),
                of.inheritable(),
                // A capability that is not inheritable cannot be ambient; man 7 capabilities.
                of.inheritable().isEmpty() ? of.ambient() : with(of.ambient(), added));
    }

    /** As in config.json, an unknown capability is ignored with a warning: it cannot be granted anyway. */
    private static Optional<Capability> known(String name, PrintStream messages) {
        Optional<Capability> known = Capability.find(name);
        if (known.isEmpty()) {
            messages.println("rustyrun: warning: --cap " + name + " is unknown and ignored");
        }
        return known;
    }

    private static Set<Capability> with(Set<Capability> set, List<Capability> added) {
        EnumSet<Capability> all = EnumSet.noneOf(Capability.class);
        all.addAll(added);
        all.addAll(set);
        return all;
    }
}
