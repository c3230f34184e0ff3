package dev.rustyrun.http;

import dev.rustyrun.http.access.LaunchRole;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** Answers requests to the address of {@link AttachSocket} that do not ask for a web socket. */
@Path("/v1/containers/{id}/attach")
public class AttachResource {

    private static final int UPGRADE_REQUIRED = 426;

    @LaunchRole
    @GET
    @Produces(Problem.MEDIA_TYPE)
    @Operation(
            summary = "Attach to a container through a web socket",
            description = "A binary message to the service is input. One from the service"
                    + " is output: its first byte is 1 for stdout, 2 for stderr; earlier output comes first. A text message to"
                    + " the service is an order: `eof`, or `resize ROWS COLUMNS`; one from it is `taken`, for each message of input. The"
                    + " socket is closed when the container has ended.")
    @APIResponse(responseCode = "101", description = "The web socket is open")
    @APIResponse(responseCode = "426", description = "The request does not ask for a web socket")
    public Response attach() {
        return webSocketNeeded();
    }

    /** The answer to a request that does not ask for a web socket at the address of one. */
    static Response webSocketNeeded() {
        return Response.fromResponse(Problem.of(
                                UPGRADE_REQUIRED,
                                "upgrade-required",
                                "here is a web socket: ask for it with Upgrade: websocket")
                        .response())
                .header("Upgrade", "websocket")
                .build();
    }
}
