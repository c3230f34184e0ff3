package dev.rustyrun.request;

import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;

/** Where a request is launched, as far as each door finds that out in a way of its own. */
public interface LaunchSite {

    /**
     * The root file system and who runs the command there.
     *
     * @param path of the root file system on the host, absolute
     * @param home the user's home directory inside
     */
    record Root(String path, Spec.User user, String home) {}

    /**
     * The terminal of the command.
     *
     * @param isGiven whether it has one
     * @param type the value of TERM
     */
    record Terminal(boolean isGiven, String type) {}

    /** The root file system that was asked for. */
    Root root();

    /** The terminal that was asked for. */
    Terminal terminal();

    /** Where the command runs when nothing was said. */
    default String workdir() {
        return "/";
    }

    /** Variables of the command, {@code NAME=VALUE}, which the request may replace. */
    default List<String> environment() {
        return List.of();
    }

    /** Mounts that were asked for in another way. */
    default List<Spec.Mount> furtherMounts() {
        return List.of();
    }

    /** How {@code volume} is mounted. */
    Spec.Mount mount(Volume volume);

    /**
     * Has the container join a network that is neither its own nor the host's.
     *
     * @param word for the network
     * @throws dev.rustyrun.spec.InvalidSpecException when there is no such network
     */
    void join(SpecBuilder spec, String word);
}
