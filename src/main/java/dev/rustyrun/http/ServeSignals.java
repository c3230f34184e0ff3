package dev.rustyrun.http;

import io.quarkus.runtime.Quarkus;
import io.quarkus.vertx.http.runtime.options.TlsCertificateReloader;
import java.lang.reflect.Proxy;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * What a service does when it gets a signal: it stops, which is no failure; it reads its files again; or nothing. A VM's own
 * ideas are to exit with an error, and to write its heap, with everybody's secrets, into the working directory.
 */
public final class ServeSignals {

    private static final List<String> STOP = List.of("TERM", "INT");
    private static final String READ_AGAIN = "HUP";
    private static final List<String> NOTHING = List.of("USR1", "USR2", "ALRM", "VTALRM", "PROF", "POLL", "STKFLT");

    private ServeSignals() {}

    /** Replaces what the VM does. */
    public static void handle() {
        STOP.forEach(name -> handle(name, () -> Quarkus.asyncExit(0)));
        handle(READ_AGAIN, ServeSignals::readAgain);
        NOTHING.forEach(name -> handle(name, () -> {}));
    }

    /** By reflection, for the compiler warns of these classes, with no way to say that they are meant. */
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
            // One of the VM's own: it keeps that.
        }
    }

    /** Certificates and keys; a token file is looked at with each request anyway. */
    private static void readAgain() {
        TlsCertificateReloader.reload().whenComplete((done, failure) -> {
            if (failure == null) {
                log().info("SIGHUP: certificates were read again");
            } else {
                log().warnf("SIGHUP: certificates could not be read again: %s", failure.getMessage());
            }
        });
    }

    /** Not before it is needed: Quarkus sets logging up later than this class is used. */
    private static Logger log() {
        return Logger.getLogger(ServeSignals.class);
    }
}
