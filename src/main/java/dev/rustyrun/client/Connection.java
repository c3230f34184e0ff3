package dev.rustyrun.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.rustyrun.spec.JsonFault;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A connection to a server over TCP, TLS or a unix socket. One thread may read while another writes. */
final class Connection implements Closeable {

    private static final int CONNECT_MILLIS = 10_000;
    private static final int BUFFER = 16 * 1024;

    /** The start of Java's message about a server without TLS. */
    private static final String NO_TLS = "Unsupported or unrecognized SSL message";

    private final Closeable socket;
    private final InputStream in;
    private final OutputStream out;

    private Connection(Closeable socket, InputStream in, OutputStream out) {
        this.socket = socket;
        this.in = new BufferedInputStream(in, BUFFER);
        this.out = out;
    }

    /**
     * Connects to {@code address}.
     *
     * @param tls creates the TLS socket; for https only
     * @throws ClientException when the connection cannot be opened
     */
    static Connection open(ServerAddress address, Optional<SSLSocketFactory> tls) {
        try {
            return address.isUnix() ? unix(address) : tcp(address, tls);
        } catch (IOException e) {
            throw new ClientException("cannot connect to " + address + ": " + reason(e), e);
        }
    }

    /** The reason for an error message. An exception without a message means that the connection was closed. */
    static String reason(IOException e) {
        if (e instanceof JsonProcessingException json) {
            return "the server's response is not JSON: " + JsonFault.of(json.getOriginalMessage());
        }
        if (e instanceof SSLException && String.valueOf(e.getMessage()).startsWith(NO_TLS)) {
            return "the server does not use TLS: use http://";
        }
        return e.getMessage() == null
                ? "connection closed"
                : e instanceof java.net.UnknownHostException ? "unknown host " + e.getMessage() : e.getMessage();
    }

    private static Connection unix(ServerAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(address.path()));
        return new Connection(channel, new ChannelInput(channel), new ChannelOutput(channel));
    }

    private static Connection tcp(ServerAddress address, Optional<SSLSocketFactory> tls) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            if (tls.isPresent()) {
                SSLSocket secure = (SSLSocket) tls.get().createSocket(socket, address.host(), address.port(), true);
                SSLParameters parameters = secure.getSSLParameters();
                // Without this the JDK accepts any certificate of a trusted authority, even for another host name.
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secure.setSSLParameters(parameters);
                secure.startHandshake();
                return new Connection(secure, secure.getInputStream(), secure.getOutputStream());
            }
            return new Connection(socket, socket.getInputStream(), socket.getOutputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    InputStream in() {
        return in;
    }

    OutputStream out() {
        return out;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // The connection is not used any more.
        }
    }

    /** Replaces the stream of {@code Channels}: before JDK 19 it blocks writes while another thread waits to read. */
    private static final class ChannelInput extends ByteStream {

        private final SocketChannel channel;

        ChannelInput(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(bytes, offset, length));
        }
    }

    private static final class ChannelOutput extends OutputStream {

        private final SocketChannel channel;

        ChannelOutput(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (ByteBuffer left = ByteBuffer.wrap(bytes, offset, length); left.hasRemaining(); ) {
                channel.write(left);
            }
        }
    }
}
