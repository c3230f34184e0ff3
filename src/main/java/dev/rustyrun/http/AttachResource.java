package dev.rustyrun.http;

import dev.rustyrun.http.access.LaunchRole;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** Answers requests to the path of {@link AttachSocket} that are not web socket upgrades. */
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
                    + " the service is a control message: `eof`, or `resize ROWS COLUMNS`. The service sends the text `taken` for each message of input. The"
                    + " socket is closed when the container ends.")
    @APIResponse(responseCode = "101", description = "The web socket is open")
    @APIResponse(responseCode = "426", description = "The request does not ask for a web socket")
    public Response attach() {
        return webSocketNeeded();
    }

    /** The response to a request without a web socket upgrade. */
    static Response webSocketNeeded() {
        return Response.fromResponse(Problem.of(
                                UPGRADE_REQUIRED,
                                "upgrade-required",
                                "this path is a web socket: send Upgrade: websocket")
                        .response())
                .header("Upgrade", "websocket")
                .build();
    }
}
