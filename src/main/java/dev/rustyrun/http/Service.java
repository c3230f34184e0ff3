package dev.rustyrun.http;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.NativeServices;
import dev.rustyrun.http.listen.ListenProperties;
import dev.rustyrun.request.ServeRequest;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.MessageLine;
import io.quarkus.runtime.Quarkus;

/** The launch service, from its options to its end. */
public final class Service {

    private Service() {}

    /**
     * Serves until SIGTERM or SIGINT.
     *
     * @throws InvalidSpecException when the service cannot be started as requested
     */
    public static void run(ServeRequest request) {
        ListenProperties.checkPort("--management-port", request.managementPort());
        ListenProperties listen = new ListenProperties(request.listen());
        listen.apply();
        if (!request.logFormat().matches("text|json")) {
            throw new InvalidSpecException("--log-format \"" + request.logFormat() + "\" is neither text nor json");
        }
        set(
                "quarkus.log.console.json.enabled",
                Boolean.toString(request.logFormat().equals("json")));
        set("quarkus.management.host", request.managementHost());
        set("quarkus.management.port", Integer.toString(request.managementPort()));
        request.rootfsFolder().ifPresent(folder -> set("rustyrun.rootfs-folder", folder));
        request.dataFolder().ifPresent(folder -> set("rustyrun.data-folder", folder));
        request.warm().ifPresent(count -> set("rustyrun.warm", Integer.toString(count)));
        request.userns().ifPresent(kind -> set("rustyrun.userns", kind));
        NativeServices.startServer(request.takesCgroup());
        listen.checkFree();
        ListenProperties.checkFree("--management-port", request.managementHost(), request.managementPort());
        ServeSignals.handle();
        Quarkus.run(null, Service::ended);
    }

    private static void set(String property, String value) {
        System.setProperty(property, value);
    }

    /** Called at the end of Quarkus. Prints the cause of a failed start in one line instead of a stack trace. */
    private static void ended(int code, Throwable failure) {
        if (failure == null) {
            System.exit(code);
        }
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String said = cause.getMessage();
        String message = said == null || said.isBlank()
                ? "unexpected " + cause.getClass().getSimpleName()
                : said;
        System.err.println(MessageLine.error("serve cannot start: " + message));
        if (Boolean.getBoolean("rustyrun.debug")) {
            failure.printStackTrace();
        }
        // Nothing needs an orderly shutdown yet, and the parts that have started would only delay the exit.
        Runtime.getRuntime().halt(EngineContext.FAILED);
    }
}
