package dev.rustyrun.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ServerAddressTest {

    @Test
    void addresses_are_read_and_others_refused() {
        assertEquals(new ServerAddress("http", "10.0.0.1", 8080, ""), ServerAddress.parse("http://10.0.0.1"));
        assertEquals(new ServerAddress("https", "a.example", 443, ""), ServerAddress.parse("https://a.example/"));
        assertEquals("[::1]:81", ServerAddress.parse("http://[::1]:81").authority());
        assertEquals("/run/x.sock", ServerAddress.parse("unix:///run/x.sock").path());
        for (String wrong :
                new String[] {"", "a:8080", "ftp://a", "unix://x", "http://a/b", "http://u@a", "http://a?b", "http:// "
                }) {
            assertThrows(ClientException.class, () -> ServerAddress.parse(wrong), wrong);
        }
    }
}
