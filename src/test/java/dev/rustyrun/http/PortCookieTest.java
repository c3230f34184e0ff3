package dev.rustyrun.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cookies of a container's server are limited to the path of its port. */
class PortCookieTest {

    private static final String PREFIX = "/v1/containers/box/ports/80";

    private static Optional<String> confine(String path, String cookie) {
        return new PortCookie(new PortAddress("box", 80, path, Optional.empty())).confine(cookie);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=b|a=b; Path=",
                "a=b; Path=/|a=b; Path=",
                "a=b; Path=/; Secure; HttpOnly; SameSite=Lax|a=b; Secure; HttpOnly; SameSite=Lax; Path=",
                "a=b;path = /app |a=b; Path=/app",
                "a=b; PATH=/x; Path=/v1/containers/other/ports/80|a=b; Path=/v1/containers/other/ports/80",
                "a=b; Path|a=b; Path=",
                "a=b; Path=app|a=b; Path=",
                "a=b; Domain=example.org; domain=.example.org; Max-Age=5|a=b; Max-Age=5; Path=",
                "a=b; Path=/../../other|a=b; Path=/../../other",
                "a=b;; Secure|a=b;; Secure; Path=",
            })
    void its_path_is_below_the_port_and_it_has_no_domain(String cookie, String confined) {
        assertEquals(Optional.of(confined.replaceFirst("Path=", "Path=" + PREFIX)), confine("/", cookie));
    }

    @Test
    void without_a_path_it_is_for_the_folder_of_the_request() {
        assertEquals(Optional.of("a=b; Path=" + PREFIX + "/app/in"), confine("/app/in/page", "a=b"));
        assertEquals(Optional.of("a=b; Path=" + PREFIX), confine("/page", "a=b"));
        assertEquals(Optional.of("a=b; Path=" + PREFIX + "/x%3BPath=/"), confine("/x;Path=//page", "a=b"));
    }

    @Test
    void headers_that_a_browser_might_read_differently_are_dropped() {
        assertEquals(Optional.empty(), confine("/", "a=b\0; Path=/"));
        assertEquals(Optional.empty(), confine("/", "a=b; Path=/\u000b"));
        assertEquals(Optional.of("a=b;\tSecure; Path=" + PREFIX), confine("/", "a=b;\tSecure"));
    }
}
