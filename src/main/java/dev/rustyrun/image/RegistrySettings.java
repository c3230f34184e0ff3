package dev.rustyrun.image;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is set about registries: {@code /etc/rustyrun/registries.json}, and before it the user's own; docs/images.md. */
public final class RegistrySettings {

    private static final Path SYSTEM = Path.of("/etc/rustyrun/registries.json");
    private static final Set<String> FIELDS = Set.of("mirrors", "plainHttp", "tlsVerify", "caFile");

    private final Map<String, Registry> registries;

    private RegistrySettings(Map<String, Registry> registries) {
        this.registries = registries;
    }

    /**
     * A registry.
     *
     * @param mirrors hosts that are asked first, each with a path before the repository if it has one
     * @param plainHttp whether it is asked without TLS
     * @param tlsVerify whether its certificate is checked
     * @param caFile certificates of authorities that are trusted besides the system's
     */
    record Registry(List<String> mirrors, boolean plainHttp, boolean tlsVerify, Optional<Path> caFile) {

        static final Registry DEFAULT = new Registry(List.of(), false, true, Optional.empty());
    }

    /**
     * This user's settings.
     *
     * @throws InvalidSpecException when a file cannot be read or says something unknown
     */
    public static RegistrySettings read() {
        Linux linux = Linux.host();
        Map<String, Registry> all = new HashMap<>();
        List<Path> files = new ArrayList<>(List.of(SYSTEM));
        AuthFiles.configFolder().ifPresent(folder -> files.add(folder.resolve("rustyrun/registries.json")));
        for (Path file : files) {
            if (linux.exists(file.toString())) {
                try {
                    all.putAll(parse(file.toString(), UserFile.readDocument(linux, file.toString())));
                } catch (LinuxException e) {
                    throw new InvalidSpecException("the settings " + file + " cannot be read: " + e.getMessage());
                }
            }
        }
        return new RegistrySettings(all);
    }

    static RegistrySettings of(String json) {
        return new RegistrySettings(parse("the settings", json));
    }

    private static Map<String, Registry> parse(String file, String json) {
        DocumentField all = DocumentField.read(file, json.getBytes(StandardCharsets.UTF_8));
        check(all, Set.of("registries"));
        Map<String, Registry> registries = new HashMap<>();
        all.field("registries").fields().forEach((host, field) -> {
            check(field, FIELDS);
            registries.put(
                    host,
                    new Registry(
                            field.field("mirrors").texts(),
                            truth(field.field("plainHttp"), false),
                            truth(field.field("tlsVerify"), true),
                            Optional.of(field.field("caFile").textOr(""))
                                    .filter(path -> !path.isEmpty())
                                    .map(Path::of)));
        });
        return registries;
    }

    private static void check(DocumentField field, Set<String> known) {
        for (String name : field.names()) {
            if (!known.contains(name)) {
                throw field.field(name)
                        .wrong("is unknown; known are "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    private static boolean truth(DocumentField field, boolean whenMissing) {
        if (field.isPresent() && !field.node().isBoolean()) {
            throw field.wrong("is neither true nor false");
        }
        return field.isPresent() ? field.truth() : whenMissing;
    }

    /** What is set about a host, or about what a mirror is called. */
    Registry of(ImageReference name) {
        return get(name.registry());
    }

    Registry get(String host) {
        return registries.getOrDefault(host, Registry.DEFAULT);
    }

    /** The same for one command, in which TLS is not checked, or not used, for {@code host}. */
    public RegistrySettings relaxed(String host, boolean tlsVerify, boolean plainHttp) {
        if (tlsVerify && !plainHttp) {
            return this;
        }
        Map<String, Registry> all = new HashMap<>(registries);
        Registry old = get(host);
        all.put(
                host,
                new Registry(old.mirrors(), plainHttp || old.plainHttp(), tlsVerify && old.tlsVerify(), old.caFile()));
        return new RegistrySettings(all);
    }
}
