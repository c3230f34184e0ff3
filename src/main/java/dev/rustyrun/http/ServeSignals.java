package dev.rustyrun.http;

import io.quarkus.runtime.Quarkus;
import io.quarkus.vertx.http.runtime.options.TlsCertificateReloader;
import java.lang.reflect.Proxy;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The service's reaction to signals: exit successfully, reload files, or ignore the signal. By default, the VM exits
 * with an error, or writes its heap, with all secrets, into the working directory.
 */
public final class ServeSignals {

    private static final List<String> STOP = List.of("TERM", "INT");
    private static final String READ_AGAIN = "HUP";
    private static final List<String> NOTHING = List.of("USR1", "USR2", "ALRM", "VTALRM", "PROF", "POLL", "STKFLT");

    private ServeSignals() {}

    /** Replaces the VM's handlers. */
    public static void handle() {
        STOP.forEach(name -> handle(name, () -> Quarkus.asyncExit(0)));
        handle(READ_AGAIN, ServeSignals::readAgain);
        NOTHING.forEach(name -> handle(name, () -> {}));
    }

    /** Uses reflection, because the compiler always warns about these classes. */
    private static void handle(String name, Runnable what) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    ServeSignals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        what.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
        } catch (ReflectiveOperationException e) {
            // The VM uses this signal itself and keeps its handler.
        }
    }

    /** Reloads certificates and keys. A token file needs no signal: it is checked with each request. */
    private static void readAgain() {
        TlsCertificateReloader.reload().whenComplete((done, failure) -> {
            if (failure == null) {
                log().info("SIGHUP: certificates were reloaded");
            } else {
                log().warnf("SIGHUP: certificates could not be reloaded: %s", failure.getMessage());
            }
        });
    }

    /** Created on demand, because Quarkus sets up logging after this class is first used. */
    private static Logger log() {
        return Logger.getLogger(ServeSignals.class);
    }
}
