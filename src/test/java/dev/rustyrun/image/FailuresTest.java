package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class FailuresTest {

    @Test
    void a_name_that_cannot_be_resolved_is_reported_as_such() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://no-such-host.invalid/"))
                .build();
        IOException failure = Assertions.assertThrows(
                IOException.class,
                () -> HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()));
        assertEquals(
                "its name cannot be resolved; check the spelling, /etc/resolv.conf and HTTPS_PROXY",
                Failures.of(failure));
    }

    @Test
    void no_message_is_empty_or_a_class() {
        assertEquals("the connection was refused", Failures.of(new ConnectException()));
        assertEquals("the connection was closed", Failures.of(new IOException("")));
        assertEquals("/x: ENOENT (No such file or directory)", Failures.of(new NoSuchFileException("/x")));
    }
}
