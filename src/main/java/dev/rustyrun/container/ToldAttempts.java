package dev.rustyrun.container;

import dev.rustyrun.network.ProxyConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a container tries to reach, as its proxy tells it from now on: lines of JSON; docs/network.md. */
public final class ToldAttempts implements AutoCloseable {

    private final ProxyConnection proxy;

    ToldAttempts(ProxyConnection proxy) {
        proxy.follow();
        this.proxy = proxy;
    }

    /** Waits until there may be one, for some time. */
    public void await(int millis) {
        proxy.await(millis);
    }

    /**
     * Those that were told since the last time.
     *
     * @param toTheEnd whether the container has ended: then those that are still told, too
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
