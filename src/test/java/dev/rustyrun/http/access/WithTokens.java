package dev.rustyrun.http.access;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A service that requires tokens: {@code ROLE-token-of-a-test} for each role. */
public final class WithTokens implements QuarkusTestProfile {

    static final Path DATA = Path.of("target", "test-roles").toAbsolutePath();

    static String token(Role role) {
        return role.word() + "-token-of-a-test";
    }

    static String header(Role role) {
        return "Authorization: Bearer " + token(role);
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            Path tokens = Files.createDirectories(DATA).resolve("tokens");
            Files.writeString(
                    tokens,
                    Stream.of(Role.values())
                            .map(role -> role.word() + " " + token(role))
                            .collect(Collectors.joining("\n")));
            Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
            return Map.of(
                    "rustyrun.token-file",
                    tokens.toString(),
                    "rustyrun.data-folder",
                    DATA.resolve("containers").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
