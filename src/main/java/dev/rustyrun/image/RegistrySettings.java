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

/**
 * The settings of registries: {@code /etc/rustyrun/registries.json}, overridden by the user's own file; see
 * docs/images.md.
 */
public final class RegistrySettings {

    private static final Path SYSTEM = Path.of("/etc/rustyrun/registries.json");
    private static final Set<String> FIELDS = Set.of("mirrors", "plainHttp", "tlsVerify", "caFile");

    private final Map<String, Registry> registries;

    private RegistrySettings(Map<String, Registry> registries) {
        this.registries = registries;
    }

    /**
     * The settings of a registry.
     *
     * @param mirrors hosts that are tried first, each with an optional path prefix
     * @param plainHttp whether HTTP without TLS is used
     * @param tlsVerify whether the certificate is checked
     * @param caFile CA certificates that are trusted in addition to the system's
     */
    record Registry(List<String> mirrors, boolean plainHttp, boolean tlsVerify, Optional<Path> caFile) {

        static final Registry DEFAULT = new Registry(List.of(), false, true, Optional.empty());
    }

    /**
     * This user's settings.
     *
     * @throws InvalidSpecException when a file cannot be read or has an unknown field
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

    /** The settings of the registry of an image. */
    Registry of(ImageReference name) {
        return get(name.registry());
    }

    Registry get(String host) {
        return registries.getOrDefault(host, Registry.DEFAULT);
    }

    /** These settings with TLS verification or TLS itself switched off for {@code host}. */
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
