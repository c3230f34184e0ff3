package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.SpecDefaults;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Finds out whether this process can start containers, by creating one namespace of each type. A separate thread does
 * this, because unshare(2) affects only the calling thread, and the namespaces disappear with the thread.
 */
public final class NamespaceProbe {

    private static final int ALL =
            SpecDefaults.NAMESPACES.stream().mapToInt(type -> type.flag()).reduce(0, (a, b) -> a | b);

    private final Linux linux;

    public NamespaceProbe(Linux linux) {
        this.linux = linux;
    }

    /**
     * The reason why containers cannot be started; empty when they can.
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
