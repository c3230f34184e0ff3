package dev.rustyrun.image;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files with registry logins: {@code auth.json} of podman, and {@code config.json} of docker. All are read;
 * {@code login} writes to the first one. man 5 containers-auth.json.
 */
final class AuthFiles {

    private static final String DOCKER_KEY = "https://index.docker.io/v1/";
    private static final String TOKEN_USER = "<token>";

    private final Linux linux;
    private final List<Path> files;
    private final Map<String, String> environment;

    AuthFiles(Linux linux, List<Path> files, Map<String, String> environment) {
        this.linux = linux;
        this.files = files;
        this.environment = environment;
    }

    /** The login files of this user, or only {@code given} if it is present. */
    static AuthFiles of(Linux linux, Optional<Path> given) {
        Map<String, String> environment = System.getenv();
        List<Path> files = new ArrayList<>();
        Optional<Path> named = given.or(() -> variable(environment, "REGISTRY_AUTH_FILE"));
        if (named.isPresent()) {
            files.add(named.get());
        } else {
            String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "/run/user/" + linux.userId());
            files.add(Path.of(linux.isRoot() ? "/run/containers/0" : runtime + "/containers")
                    .resolve("auth.json"));
            configFolder().ifPresent(folder -> files.add(folder.resolve("containers/auth.json")));
            variable(environment, "DOCKER_CONFIG")
                    .or(() -> variable(environment, "HOME").map(home -> home.resolve(".docker")))
                    .ifPresent(folder -> files.add(folder.resolve("config.json")));
        }
        return new AuthFiles(linux, files, environment);
    }

    /** The folder of this user's settings: {@code $XDG_CONFIG_HOME}, or {@code ~/.config}. */
    static Optional<Path> configFolder() {
        return variable(System.getenv(), "XDG_CONFIG_HOME")
                .or(() -> variable(System.getenv(), "HOME").map(home -> home.resolve(".config")));
    }

    private static Optional<Path> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> value.startsWith("/"))
                .map(Path::of);
    }

    /**
     * The login for a repository: that of the repository itself, of a path above it, or of its registry.
     *
     * @throws InvalidSpecException when a file or the answer of a credential helper cannot be read
     */
    Credentials find(String registry, String repository) {
        for (Path file : files) {
            Optional<DocumentField> read = read(file);
            if (read.isPresent()) {
                Optional<Credentials> found = find(read.get(), registry, repository);
                if (found.isPresent()) {
                    return found.get();
                }
            }
        }
        return Credentials.NONE;
    }

    private Optional<DocumentField> read(Path file) {
        if (!linux.exists(file.toString())) {
            return Optional.empty();
        }
        try {
            String text = UserFile.read(linux, file.toString(), UserFile.MAX_SECRETS);
            return Optional.of(DocumentField.read(
                    "the login file " + file,
                    text.isBlank() ? "{}".getBytes(StandardCharsets.UTF_8) : text.getBytes(StandardCharsets.UTF_8)));
        } catch (LinuxException e) {
            throw new InvalidSpecException("the login file " + file + " cannot be read: " + e.getMessage());
        }
    }

    private Optional<Credentials> find(DocumentField all, String registry, String repository) {
        String helper = all.field("credHelpers").field(registry).textOr("");
        if (!helper.isEmpty()) {
            return ask(helper, registry);
        }
        DocumentField auths = all.field("auths");
        for (String key : keys(registry, repository)) {
            for (Map.Entry<String, DocumentField> entry : auths.fields().entrySet()) {
                if (normalized(entry.getKey()).equals(key)) {
                    Credentials found = decode(entry.getValue());
                    if (found.isPresent()) {
                        return Optional.of(found);
                    }
                }
            }
        }
        String store = all.field("credsStore").textOr("");
        return store.isEmpty()
                ? Optional.empty()
                : ask(store, registry.equals(ImageReference.DOCKER) ? DOCKER_KEY : registry);
    }

    /** The keys of the logins that apply to a repository, the most specific first. */
    private static List<String> keys(String registry, String repository) {
        List<String> keys = new ArrayList<>();
        for (String path = registry + "/" + repository;
                path.contains("/");
                path = path.substring(0, path.lastIndexOf('/'))) {
            keys.add(path);
        }
        keys.add(registry);
        return keys;
    }

    private static String normalized(String key) {
        String host =
                key.replaceFirst("^https?://", "").replaceFirst("/v[12]/?$", "").replaceFirst("/$", "");
        return host.equals("index.docker.io") || host.equals("registry-1.docker.io") ? ImageReference.DOCKER : host;
    }

    private static Credentials decode(DocumentField entry) {
        String token = entry.field("identitytoken").textOr("");
        String auth = entry.field("auth").textOr("");
        String user = entry.field("username").textOr("");
        String password = entry.field("password").textOr("");
        if (!auth.isEmpty()) {
            try {
                String pair = new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8)
                        .replaceFirst("\0+$", "");
                int colon = pair.indexOf(':');
                if (colon < 0) {
                    throw entry.field("auth").wrong("is not USER:PASSWORD in base64");
                }
                user = pair.substring(0, colon);
                password = pair.substring(colon + 1);
            } catch (IllegalArgumentException e) {
                throw entry.field("auth").wrong("is not base64");
            }
        }
        return new Credentials(user, password, token);
    }

    private Optional<Credentials> ask(String helper, String server) {
        Optional<String> answer =
                new CredentialHelper(linux, helper, environment, CredentialHelper.MAX_TIME).get(server);
        return answer.map(json -> {
            DocumentField all = DocumentField.read(
                    "the answer of docker-credential-" + helper, json.getBytes(StandardCharsets.UTF_8));
            String user = all.field("Username").text();
            String secret = all.field("Secret").text();
            return user.equals(TOKEN_USER) ? new Credentials("", "", secret) : new Credentials(user, secret, "");
        });
    }

    /**
     * Writes a login into the first file.
     *
     * @return the file
     */
    Path store(String registry, Credentials login) {
        Path file = files.get(0);
        ObjectNode all = writable(file);
        String auth = Base64.getEncoder()
                .encodeToString((login.user() + ":" + login.password()).getBytes(StandardCharsets.UTF_8));
        all.withObjectProperty("auths")
                .set(registry, JsonNodeFactory.instance.objectNode().put("auth", auth));
        write(file, all);
        return file;
    }

    /**
     * Removes a login from all files.
     *
     * @return whether a login was found
     */
    boolean remove(String registry) {
        boolean found = false;
        for (Path file : files) {
            if (!linux.exists(file.toString())) {
                continue;
            }
            ObjectNode all = writable(file);
            List<String> keys = new ArrayList<>();
            all.path("auths").fieldNames().forEachRemaining(key -> {
                if (normalized(key).equals(registry)) {
                    keys.add(key);
                }
            });
            if (!keys.isEmpty()) {
                all.withObjectProperty("auths").remove(keys);
                write(file, all);
                found = true;
            }
        }
        return found;
    }

    private ObjectNode writable(Path file) {
        Optional<DocumentField> old = read(file);
        if (old.isEmpty()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (old.get().node() instanceof ObjectNode object) {
            return object;
        }
        throw old.get().wrong("is not an object");
    }

    private void write(Path file, ObjectNode json) {
        try {
            StoreFolder.replace(file.toAbsolutePath(), (json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new InvalidSpecException("the login file " + file + " cannot be written: " + Failures.of(e));
        }
    }
}
