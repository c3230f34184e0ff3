package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.SpecDefaults;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Finds out whether this process may start containers, by making one of each namespace. It does so on a thread of its
 * own: unshare(2) concerns only the calling thread, and the namespaces go when the thread ends.
 */
public final class NamespaceProbe {

    private static final int ALL = SpecDefaults.NAMESPACES.stream()
            .mapToInt(type -> type.flag().value())
            .reduce(0, (a, b) -> a | b);

    private final Linux linux;

    public NamespaceProbe(Linux linux) {
        this.linux = linux;
    }

    /**
     * What stands in the way, in words; empty when nothing does.
     *
     * @throws InterruptedException when the calling thread was interrupted
     */
    public Optional<String> obstacle() throws InterruptedException {
        AtomicReference<Exception> failure = new AtomicReference<>();
        Thread probe = new Thread(
                () -> {
                    try {
                        linux.unshare(ALL);
                    } catch (LinuxException e) {
                        failure.set(e);
                    }
                },
                "namespace-probe");
        probe.start();
        probe.join();
        return Optional.ofNullable(failure.get()).map(Exception::getMessage);
    }
}
