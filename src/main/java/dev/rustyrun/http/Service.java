package dev.rustyrun.http;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.NativeServices;
import dev.rustyrun.http.listen.ListenProperties;
import dev.rustyrun.request.ServeRequest;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.MessageLine;
import io.quarkus.runtime.Quarkus;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The launch service, from its options to its end. */
public final class Service {

    /** A setting that cannot be converted. Settings that are not texts are numbers. */
    private static final Pattern INVALID_SETTING =
            Pattern.compile("config property (\\S+) with the config value \"(.*?)\" threw");

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
        listen.checkDiffers("--management-port", request.managementPort());
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

    /** The library's own message about a setting names Java classes. */
    private static String messageOf(Throwable cause) {
        String said = cause.getMessage();
        if (said == null || said.isBlank()) {
            return "unexpected " + cause.getClass().getSimpleName();
        }
        Matcher setting = INVALID_SETTING.matcher(said);
        return setting.find() ? setting.group(1) + "=" + setting.group(2) + " is not a valid number" : said;
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
        String message = messageOf(cause);
        System.err.println(MessageLine.error("serve cannot start: " + message));
        if (Boolean.getBoolean("rustyrun.debug")) {
            failure.printStackTrace();
        }
        // Nothing needs an orderly shutdown yet, and the parts that have started would only delay the exit.
        Runtime.getRuntime().halt(EngineContext.FAILED);
    }
}
