package dev.rustyrun.image;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.file.Path;
import java.util.Optional;

/** Logins to registries: tried, and written where podman and docker find them too. */
public final class ImageLogin {

    private final AuthFiles files;

    public ImageLogin(Optional<Path> file) {
        this.files = AuthFiles.of(Linux.host(), file);
    }

    /** The host that people mean: without a scheme, and docker's for none. */
    public static String host(String registry) {
        String host = registry.replaceFirst("^https?://", "").replaceFirst("/.*", "");
        return host.isEmpty() || host.equals("index.docker.io") ? ImageReference.DOCKER : host;
    }

    /**
     * Tries it, and writes it down.
     *
     * @return the file that has it now
     * @throws InvalidSpecException when the registry does not accept it
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
     * Removes it.
     *
     * @throws InvalidSpecException when there is none
     */
    public void logout(String registry) {
        if (!files.remove(host(registry))) {
            throw new InvalidSpecException("not logged in to " + host(registry));
        }
    }
}
