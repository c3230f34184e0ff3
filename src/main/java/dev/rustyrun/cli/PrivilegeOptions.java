package dev.rustyrun.cli;

import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.request.InBundle;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.RlimitType;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options for the privileges of a command. */
final class PrivilegeOptions {

    private static final Pattern UMASK = Pattern.compile("0?[0-7]{1,3}");

    @InBundle(field = "process.capabilities")
    @Option(
            names = "--cap-add",
            paramLabel = "CAP|all",
            split = ",",
            description = "Grant a capability in addition to the default ones; repeatable.")
    private List<String> added = List.of();

    @InBundle(field = "process.noNewPrivileges")
    @Option(
            names = "--no-new-privileges",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Prevent programs, even set-user-id ones, from gaining privileges (default); --new-privileges"
                    + " allows it.")
    private boolean noNewPrivileges;

    @InBundle(field = "process.rlimits")
    @Option(
            names = "--ulimit",
            paramLabel = "NAME=SOFT[:HARD]",
            description = "Limit a resource of each process, such as nofile=1024:2048; -1 is no limit; repeatable.")
    private List<String> ulimits = List.of();

    @InBundle(field = "process.oomScoreAdj")
    @Option(
            names = "--oom-score-adj",
            paramLabel = "-1000..1000",
            description = "Set how likely the OOM killer chooses the container (default: Rustyrun's own value).")
    private Integer oomScoreAdj;

    @InBundle(field = "process.user.umask")
    @Option(
            names = "--umask",
            paramLabel = "OCTAL",
            defaultValue = "0022",
            description = "Set the umask: permissions that new files do not get (default: ${DEFAULT-VALUE}).")
    private String umask;

    @InBundle(field = "process.user.additionalGids")
    @Option(names = "--group-add", paramLabel = "GROUP", description = "Add a supplementary group; repeatable.")
    private List<String> groups = List.of();

    @InBundle(field = "linux.seccomp")
    @Option(
            names = "--seccomp",
            paramLabel = "PROFILE|unconfined",
            defaultValue = "",
            description =
                    "Allow only the system calls of this profile, in the JSON form of OCI or docker; unconfined allows"
                            + " all (default: docker's profile).")
    private String seccomp;

    /** The requested groups, by name or number. */
    List<String> groups() {
        return groups;
    }

    /** The requested umask. */
    int umask() {
        if (!UMASK.matcher(umask).matches()) {
            throw new InvalidSpecException("umask \"" + umask + "\" is not an octal number from 0 to 0777");
        }
        return Integer.parseInt(umask, 8);
    }

    /**
     * Adds the options to {@code spec}.
     *
     * @param dropped capabilities to drop
     */
    void addTo(SpecBuilder spec, LocalHost host, Spec.User user, List<String> dropped) {
        Set<Capability> granted = capabilities(host, dropped);
        // A user other than root gets added capabilities through the ambient set: nothing else survives execve.
        Set<Capability> ambient = user.uid() == 0 ? Set.of() : explicitlyAdded(granted);
        spec.capabilities(new Spec.Capabilities(granted, granted, granted, ambient, ambient));
        spec.noNewPrivileges(noNewPrivileges);
        ulimits.forEach(text -> spec.rlimit(rlimit(text)));
        if (!seccomp.isEmpty()) {
            spec.seccomp(host.seccomp(seccomp, granted));
        }
        if (oomScoreAdj != null) {
            spec.process().oomScoreAdj(oomScoreAdj);
        }
    }

    /**
     * Rejects added capabilities that cannot be granted. Missing capabilities of the default set are only omitted.
     *
     * @param spec the Spec that includes these options
     */
    void check(Spec spec, LocalHost host) {
        if (added.isEmpty()) {
            return;
        }
        host.checkGrantable(
                "--cap-add", spec, explicitlyAdded(spec.process().capabilities().bounding()));
    }

    private Set<Capability> capabilities(LocalHost host, List<String> dropped) {
        boolean dropsAll = dropped.stream().anyMatch(PrivilegeOptions::isAll);
        boolean addsAll = added.stream().anyMatch(PrivilegeOptions::isAll);
        EnumSet<Capability> granted = EnumSet.noneOf(Capability.class);
        if (addsAll) {
            // A process cannot grant capabilities that it does not have.
            granted.addAll(host.capabilities());
        } else if (!dropsAll) {
            granted.addAll(Capability.DEFAULTS);
        }
        added.stream().filter(name -> !isAll(name)).map(Capability::named).forEach(granted::add);
        dropped.stream().filter(name -> !isAll(name)).map(Capability::named).forEach(granted::remove);
        return granted;
    }

    private Set<Capability> explicitlyAdded(Set<Capability> granted) {
        EnumSet<Capability> named = EnumSet.noneOf(Capability.class);
        added.stream().filter(name -> !isAll(name)).map(Capability::named).forEach(named::add);
        named.retainAll(granted);
        return named;
    }

    private static boolean isAll(String name) {
        return name.equalsIgnoreCase("all");
    }

    private static Spec.Rlimit rlimit(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new InvalidSpecException("ulimit \"" + text + "\" is not NAME=SOFT or NAME=SOFT:HARD");
        }
        String[] values = text.substring(equals + 1).split(":", -1);
        if (values.length > 2) {
            throw new InvalidSpecException("ulimit \"" + text + "\" has more than a soft and a hard limit");
        }
        long soft = limit(text, values[0]);
        long hard = values.length == 2 ? limit(text, values[1]) : soft;
        return new Spec.Rlimit(RlimitType.named(text.substring(0, equals)), soft, hard);
    }

    private static long limit(String text, String value) {
        if (value.equals("-1") || value.equals("unlimited")) {
            return Spec.Rlimit.UNLIMITED;
        }
        if (!value.matches("[0-9]{1,18}")) {
            throw new InvalidSpecException("ulimit \"" + text + "\": \"" + value + "\" is not a number");
        }
        return Long.parseLong(value);
    }
}
