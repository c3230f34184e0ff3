package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.supervised.Monitor;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.nio.charset.StandardCharsets;

/** The process that watches a container of the service: it reads what that is launched with as the service has written it. */
public final class MonitorMain {

    private MonitorMain() {}

    /** Watches the container of {@code folder}; what to exit with. */
    public static int perform(Linux linux, SelfExec self, String folder) {
        return new Monitor(linux, self, (resolved, terminal) -> read(linux, resolved, terminal), folder).perform();
    }

    private static Monitor.Launched read(Linux linux, ObjectNode resolved, boolean terminal) {
        try {
            LaunchRequest request =
                    LaunchRequest.read(JsonRequest.parse(resolved.toString().getBytes(StandardCharsets.UTF_8)));
            Spec spec = ResolvedSpec.of(linux, request, terminal, UserIds.readFrom(resolved));
            return new Monitor.Launched(
                    spec,
                    request.timeoutSeconds().orElseThrow().movePointRight(3).longValue());
        } catch (ProblemException e) {
            throw new InvalidSpecException(e.getMessage());
        }
    }
}
