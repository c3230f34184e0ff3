package dev.rustyrun.request;

import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;

/** The parts of a launch that the command line and the service determine in different ways. */
public interface LaunchSite {

    /**
     * The root file system and the user that runs the command in it.
     *
     * @param path absolute path of the root file system on the host
     * @param home the user's home directory in the container
     */
    record Root(String path, Spec.User user, String home) {}

    /**
     * The terminal of the command.
     *
     * @param isGiven whether the command has a terminal
     * @param type the value of TERM
     */
    record Terminal(boolean isGiven, String type) {}

    /** The requested root file system. */
    Root root();

    /** The requested terminal. */
    Terminal terminal();

    /** The default working directory. */
    default String workdir() {
        return "/";
    }

    /** Environment variables of the command, {@code NAME=VALUE}; those of the request replace them. */
    default List<String> environment() {
        return List.of();
    }

    /** Mounts in addition to those of the request's {@code mounts} field. */
    default List<Spec.Mount> furtherMounts() {
        return List.of();
    }

    /** The mount for {@code volume}. */
    Spec.Mount mount(Volume volume);

    /**
     * Makes the container join a network other than its own and the host's.
     *
     * @param word the network mode
     * @throws dev.rustyrun.spec.InvalidSpecException when there is no such network
     */
    void join(SpecBuilder spec, String word);
}
