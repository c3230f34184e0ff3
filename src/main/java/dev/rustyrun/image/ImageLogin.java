package dev.rustyrun.image;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.file.Path;
import java.util.Optional;

/** Checks logins to registries, and stores them in the files of podman and docker. */
public final class ImageLogin {

    private final AuthFiles files;

    public ImageLogin(Optional<Path> file) {
        this.files = AuthFiles.of(Linux.host(), file);
    }

    /** The host of a registry as users write it: without scheme and path; docker.io for an empty one. */
    public static String host(String registry) {
        String host = registry.replaceFirst("^https?://", "").replaceFirst("/.*", "");
        return host.isEmpty() || host.equals("index.docker.io") ? ImageReference.DOCKER : host;
    }

    /**
     * Checks a login with the registry, and stores it.
     *
     * @return the file in which it is stored
     * @throws InvalidSpecException when the registry does not accept the login
     */
    public Path login(String registry, String user, String password, RegistrySettings settings) {
        if (user.isEmpty() || user.contains(":")) {
            throw new InvalidSpecException("the user's name is empty or contains a colon");
        }
        String host = host(registry);
        Credentials login = new Credentials(user, password, "");
        new RegistryClient(host, "", settings.get(host), login, Retries.sleeping(Progress.NONE)).check();
        return files.store(host, login);
    }

    /**
     * Removes the login of a registry.
     *
     * @throws InvalidSpecException when no login is stored
     */
    public void logout(String registry) {
        if (!files.remove(host(registry))) {
            throw new InvalidSpecException("not logged in to " + host(registry));
        }
    }
}
