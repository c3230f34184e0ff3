package dev.rustyrun.container;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.OciVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The status of a container for display.
 *
 * @param status its status
 * @param owner the name of the user who owns its state
 * @param damage why its stored state cannot be used; empty if it can
 */
public record ContainerReport(ContainerState state, ContainerStatus status, String owner, Optional<String> damage) {

    /** The reports on all containers in {@code store}, including broken ones. */
    public static List<ContainerReport> all(ContainerStore store) {
        List<ContainerReport> all = new ArrayList<>();
        StoredStates.Survey stored = store.survey();
        stored.valid().forEach(state -> all.add(of(store, state)));
        stored.broken()
                .forEach((id, reason) ->
                        all.add(ofEnded(store.linux(), id, "", "", ContainerStatus.BROKEN, Optional.of(reason))));
        all.sort(Comparator.comparing(report -> report.state().id()));
        return all;
    }

    /** The report on a container without a process. */
    public static ContainerReport ofEnded(
            Linux linux, String id, String rootfs, String created, ContainerStatus status, Optional<String> damage) {
        return new ContainerReport(
                new ContainerState(id, 0, 0, rootfs, "", created, 0, 0, true, ContainerState.Origin.commandLine("")),
                status,
                owner(linux),
                damage);
    }

    /** The user's name; {@code #UID} for a user without a name, as in runc. */
    static String owner(String name, int uid) {
        // Java's name for such a user is "?".
        return name.isEmpty() || name.equals("?") ? "#" + Integer.toUnsignedString(uid) : name;
    }

    private static String owner(Linux linux) {
        return owner(System.getProperty("user.name", ""), linux.userId());
    }

    /** The report on the container {@code state} in {@code store}. */
    public static ContainerReport of(ContainerStore store, ContainerState state) {
        return new ContainerReport(state, store.status(state), owner(store.linux()), Optional.empty());
    }

    /** The host's pid of its PID 1; 0 when it has none. */
    public int pid() {
        return status.hasEnded() ? 0 : state.pid();
    }

    /** The word for its status. */
    public String word() {
        return status.word();
    }

    /** The state as the specification defines it, with the fields that runc adds. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("ociVersion", OciVersion.NEWEST)
                .put("id", state.id())
                .put("pid", pid())
                .put("status", word())
                .put("bundle", state.origin().bundle())
                .put("rootfs", state.rootfs())
                .put("created", state.created());
        if (!state.origin().annotations().isEmpty()) {
            ObjectNode annotations = json.putObject("annotations");
            new TreeMap<>(state.origin().annotations()).forEach(annotations::put);
        }
        damage.ifPresent(reason -> json.put("reason", reason));
        return json.put("owner", owner);
    }
}
