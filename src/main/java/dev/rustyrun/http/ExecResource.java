package dev.rustyrun.http;

import dev.rustyrun.engine.service.Execs;
import dev.rustyrun.engine.service.ServedContainer;
import dev.rustyrun.engine.service.ServedContainers;
import dev.rustyrun.http.access.LaunchRole;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/**
 * {@code POST /v1/containers/{id}/exec}: runs a command in a container and returns its result; see also {@link
 * ExecSocket}.
 */
@Path("/v1/containers/{id}/exec")
public class ExecResource {

    private final ServedContainers containers;
    private final Execs execs;
    private final WaitedAnswers answers;

    ExecResource(ServedContainers containers, Execs execs, WaitedAnswers answers) {
        this.containers = containers;
        this.execs = execs;
        this.answers = answers;
    }

    @LaunchRole
    @POST
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @Operation(summary = "Run a command in a running container, wait for its end and return its result and output")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(ref = RequestSchemas.EXEC),
                            examples = {
                                @ExampleObject(name = "ps", value = "{\"command\": [\"/bin/ps\"]}"),
                                @ExampleObject(
                                        name = "limited",
                                        value = "{\"command\": [\"/bin/sh\", \"-c\", \"cat > /tmp/in; id\"],"
                                                + " \"stdin\": \"text\", \"user\": \"1000\", \"env\": {\"A\": \"1\"},"
                                                + " \"timeoutSeconds\": 5, \"maxOutput\": \"64k\"}")
                            }))
    @APIResponse(
            responseCode = "200",
            description = "The command ran; reason and exitCode say how it ended",
            content =
                    @Content(
                            examples =
                                    @ExampleObject(
                                            name = "ps",
                                            value = "{\"id\": \"3f0c4b1f9a7e\", \"reason\": \"exited\", \"exitCode\":"
                                                    + " 0, \"wallMicros\": 2410, \"cpuMicros\": 1500,"
                                                    + " \"queuedMicros\": 2, \"warm\": false, \"stdout\":"
                                                    + " {\"text\": \"PID   USER     TIME  COMMAND\\n"
                                                    + "\", \"bytes\": 30, \"truncated\": false}, \"stderr\":"
                                                    + " {\"text\": \"\", \"bytes\": 0, \"truncated\": false}}")))
    @APIResponse(responseCode = "404", description = "The container does not exist")
    @APIResponse(
            responseCode = "409",
            description = "The container does not run, or is paused",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            examples =
                                    @ExampleObject(
                                            name = "ended",
                                            value = "{\"type\": \"urn:rustyrun:problem:conflict\", \"title\":"
                                                    + " \"Conflict\", \"status\": 409, \"detail\": \"the container"
                                                    + " does not run: it is exited\"}")))
    @APIResponse(responseCode = "422", description = "A field is wrong, or the command cannot be executed")
    @APIResponse(responseCode = "429", description = "Too many launches wait; Retry-After says when to try again")
    @APIResponse(
            responseCode = "501",
            description = "This service runs on a JVM, which cannot join a container: use the native executable")
    public CompletionStage<Response> exec(
            @PathParam("id") String id,
            @HeaderParam("Idempotency-Key") String key,
            @Context RoutingContext context,
            byte[] body) {
        ServedContainer container = containers.named(id);
        return answers.answer(
                "exec " + id, key, body, context, (caller, share) -> execs.run(container, body, caller, share));
    }

    @LaunchRole
    @GET
    @Path("attach")
    @Produces(Problem.MEDIA_TYPE)
    @Operation(
            summary = "Run a command in a running container, with its input and output on a web socket",
            description =
                    "The first message to the service is text: the JSON of an Exec without `stdin`, `stdinBase64` and"
                            + " `maxOutput`, but with `tty` (true: with a terminal), `rows` and `columns`;"
                            + " the default of `timeoutSeconds` is the maximum. Example: `{\"command\":"
                            + " [\"/bin/sh\"], \"tty\": true, \"rows\": 24, \"columns\": 80}`. Then a binary message to"
                            + " the service is input, one from it is output: its first byte is 1 for stdout, 2 for stderr. A text"
                            + " message to the service is a control message: `eof`, `resize ROWS COLUMNS`, or `signal NAME` with HUP,"
                            + " INT, QUIT, TERM, USR1 or USR2. A text message from it is `taken`, for each message of"
                            + " input; the last one is JSON: the answer of POST, without stdout and stderr."
                            + " If the connection is lost, the command is killed.")
    @APIResponse(responseCode = "101", description = "The web socket is open")
    @APIResponse(responseCode = "426", description = "The request does not ask for a web socket")
    public Response attach() {
        return AttachResource.webSocketNeeded();
    }
}
