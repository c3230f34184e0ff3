package dev.rustyrun.container;

import dev.rustyrun.network.ProxyConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The attempts of a container to reach hosts, as its proxy reports them from now on: lines of JSON; see
 * docs/network.md.
 */
public final class AttemptStream implements AutoCloseable {

    private final ProxyConnection proxy;

    AttemptStream(ProxyConnection proxy) {
        proxy.follow();
        this.proxy = proxy;
    }

    /** Waits up to {@code millis} milliseconds for a report. */
    public void await(int millis) {
        proxy.await(millis);
    }

    /**
     * The reports since the last call.
     *
     * @param toTheEnd whether to read on to the end of the proxy's reports, because the container has ended
     */
    public List<String> take(boolean toTheEnd) {
        List<String> lines = new ArrayList<>();
        for (Optional<String> line = proxy.next(); line.isPresent(); line = proxy.next()) {
            lines.add(line.get().strip());
        }
        if (toTheEnd) {
            proxy.rest().forEach(line -> lines.add(line.strip()));
        }
        return lines;
    }

    @Override
    public void close() {
        proxy.close();
    }
}
