package dev.rustyrun.http.access;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens, roles, and the addresses on which the service may listen. */
class AccessTest {

    private static final String TOKEN = "0123456789abcdef";
    private static final String OTHER = "fedcba9876543210fedcba9876543210";

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        Path file = folder.resolve("tokens");
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void a_token_has_the_role_of_its_line_and_others_have_none() throws IOException {
        TokenFile tokens = new TokenFile(file("# those who launch\nlaunch " + TOKEN + "\n\nread " + OTHER + "\n"));
        assertEquals(Optional.of(Role.LAUNCH), tokens.holderOf(TOKEN).map(Identity::role));
        assertEquals(Optional.of(Role.READ), tokens.holderOf(OTHER).map(Identity::role));
        assertEquals(Optional.empty(), tokens.holderOf(TOKEN + "0").map(Identity::role));
        assertEquals(Optional.empty(), tokens.holderOf("").map(Identity::role));
    }

    @Test
    void s6_two_tokens_are_two_callers_and_their_names_do_not_reveal_the_tokens() throws IOException {
        TokenFile tokens = new TokenFile(file("launch " + TOKEN + "\nlaunch " + OTHER + "\n"));
        String one = tokens.holderOf(TOKEN).orElseThrow().name();
        String other = tokens.holderOf(OTHER).orElseThrow().name();
        assertTrue(one.matches("token:[0-9a-f]{24}") && other.matches("token:[0-9a-f]{24}"), one);
        assertTrue(!one.equals(other));
        assertEquals(
                one,
                new TokenFile(file("read " + TOKEN))
                        .holderOf(TOKEN)
                        .orElseThrow()
                        .name(),
                "a caller keeps it");
    }

    @Test
    void a_changed_file_is_read_again() throws IOException {
        TokenFile tokens = new TokenFile(file("launch " + TOKEN));
        assertEquals(Optional.of(Role.LAUNCH), tokens.holderOf(TOKEN).map(Identity::role));
        file("admin " + OTHER);
        assertEquals(Optional.empty(), tokens.holderOf(TOKEN).map(Identity::role));
        assertEquals(Optional.of(Role.ADMIN), tokens.holderOf(OTHER).map(Identity::role));
        Files.delete(folder.resolve("tokens"));
        assertEquals(Optional.empty(), tokens.holderOf(OTHER).map(Identity::role));
    }

    @Test
    void an_invalid_file_or_one_that_others_can_read_admits_nobody_and_the_reason_is_logged() throws IOException {
        assertTrue(new TokenFile(file("root " + TOKEN)).error().orElseThrow().contains("line 1"));
        assertTrue(new TokenFile(file("read short")).error().orElseThrow().contains("shorter than 16"));
        assertTrue(new TokenFile(file("")).error().orElseThrow().contains("no token"));
        Files.setPosixFilePermissions(file("read " + TOKEN), PosixFilePermissions.fromString("rw-r--r--"));
        TokenFile open = new TokenFile(folder.resolve("tokens"));
        assertTrue(open.error().orElseThrow().contains("chmod 600"));
        assertEquals(Optional.empty(), open.holderOf(TOKEN).map(Identity::role));
    }

    @Test
    void only_with_tokens_do_other_machines_reach_it() {
        for (String host : new String[] {"0.0.0.0", "::", "192.0.2.1", "example.com", "127.0.0.1.example.com"}) {
            assertThrows(InvalidSpecException.class, () -> Exposure.check(host, Optional.empty()), host);
            assertDoesNotThrow(() -> Exposure.check(host, Optional.of("tokens")), host);
        }
        for (String host : new String[] {"127.0.0.1", "localhost", "::1"}) {
            assertDoesNotThrow(() -> Exposure.check(host, Optional.empty()), host);
        }
    }

    @Test
    void a_certificates_role_follows_its_common_name() {
        CertificateRoles roles = new CertificateRoles(java.util.List.of("bob=read", "Eve, Adam=admin"));
        org.junit.jupiter.api.Assertions.assertEquals(Role.READ, roles.roleOf("CN=bob,O=x"));
        org.junit.jupiter.api.Assertions.assertEquals(Role.ADMIN, roles.roleOf("O=CN\\=bob,CN=Eve\\, Adam"));
        org.junit.jupiter.api.Assertions.assertEquals(Role.LAUNCH, roles.roleOf("CN=alice"));
        org.junit.jupiter.api.Assertions.assertEquals(Role.LAUNCH, roles.roleOf("O=nobody"));
        assertThrows(IllegalStateException.class, () -> new CertificateRoles(java.util.List.of("bob=king")));
    }
}
