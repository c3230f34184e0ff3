package dev.rustyrun.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/** The server name that a TLS client requests, read from the bytes of a real client. */
class ClientHelloTest {

    /** The first TLS record of a client that connects to {@code name}. */
    static byte[] of(String... name) throws IOException, GeneralSecurityException {
        SSLEngine client = SSLContext.getDefault().createSSLEngine();
        client.setUseClientMode(true);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setServerNames(Arrays.stream(name)
                .map(SNIHostName::new)
                .map(javax.net.ssl.SNIServerName.class::cast)
                .toList());
        client.setSSLParameters(parameters);
        ByteBuffer sent = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), sent);
        return Arrays.copyOf(sent.array(), sent.position());
    }

    private static Optional<String> serverName(byte[] bytes) throws IOException {
        return ClientHello.serverName(bytes, bytes.length);
    }

    @Test
    void the_server_that_a_client_names_is_found() throws Exception {
        byte[] hello = of("a.example.org");
        assertEquals(Optional.of("a.example.org"), serverName(hello));
        assertEquals(hello.length, ClientHello.needed(hello, 5));
        assertEquals(5, ClientHello.needed(hello, 1));
        assertEquals(Optional.empty(), serverName(of()));
    }

    @Test
    void connections_without_tls_are_passed_through() throws IOException {
        byte[] bytes = "GET / HTTP/1.1\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertEquals(1, ClientHello.needed(bytes, 1));
        assertEquals(Optional.empty(), ClientHello.serverName(bytes, 1));
    }

    @Test
    void a_hello_in_pieces_or_cut_or_changed_is_an_error_or_no_other_name() throws Exception {
        byte[] hello = of("a.example.org");
        for (int length : List.of(10, 40, 60, hello.length - 5 - 1)) {
            byte[] cut = Arrays.copyOf(hello, 5 + length);
            cut[3] = (byte) (length >> 8);
            cut[4] = (byte) length;
            assertThrows(IOException.class, () -> serverName(cut), "a record of " + length);
        }
        for (int at = 5; at < hello.length; at++) {
            for (int value : new int[] {0, 1, 0x7f, 0xff}) {
                byte[] changed = hello.clone();
                changed[at] = (byte) value;
                try {
                    assertTrue(serverName(changed).orElse("").length() < hello.length);
                } catch (IOException refused) {
                    assertTrue(refused.getMessage().contains("Hello"), refused.getMessage());
                }
            }
        }
        byte[] huge = hello.clone();
        huge[3] = (byte) 0xff;
        assertThrows(IOException.class, () -> ClientHello.needed(huge, 5));
    }
}
