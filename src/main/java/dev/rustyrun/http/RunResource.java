package dev.rustyrun.http;

import dev.rustyrun.engine.service.Runner;
import dev.rustyrun.http.access.LaunchRole;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
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

/** {@code POST /v1/run}: launches a command, waits for its end and returns the result. */
@Path("/v1/run")
public class RunResource {

    private final Runner runner;
    private final WaitedAnswers answers;

    RunResource(Runner runner, WaitedAnswers answers) {
        this.runner = runner;
        this.answers = answers;
    }

    @LaunchRole
    @POST
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @Operation(summary = "Launch a command, wait for its end and return its result and output")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(ref = RequestSchemas.RUN),
                            examples = {
                                @ExampleObject(
                                        name = "hello",
                                        value = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/echo\", \"hello\"]}"),
                                @ExampleObject(
                                        name = "image",
                                        value = "{\"image\": \"alpine\", \"command\": [\"/bin/echo\", \"hello\"]}"),
                                @ExampleObject(
                                        name = "limited",
                                        value = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"cat;"
                                                + " id\"], \"stdin\": \"text\", \"user\": \"1000\", \"memory\":"
                                                + " \"64m\", \"cpus\": 0.5, \"pids\": 32, \"timeoutSeconds\": 5,"
                                                + " \"maxOutput\": \"64k\"}")
                            }))
    @APIResponse(
            responseCode = "200",
            description = "The command ran; see reason and exitCode",
            content =
                    @Content(
                            examples =
                                    @ExampleObject(
                                            name = "hello",
                                            value = "{\"id\": \"3f0c4b1f9a7e\", \"reason\": \"exited\", \"exitCode\":"
                                                    + " 0, \"wallMicros\": 3120, \"cpuMicros\": 1900,"
                                                    + " \"peakMemoryBytes\": 430080, \"queuedMicros\": 2,"
                                                    + " \"warm\": true, \"stdout\": {\"text\": \"hello\\n"
                                                    + "\", \"bytes\": 6, \"truncated\": false}, \"stderr\":"
                                                    + " {\"text\": \"\", \"bytes\": 0, \"truncated\": false}}")))
    @APIResponse(
            responseCode = "422",
            description = "A field is invalid, or the command cannot be executed",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            examples =
                                    @ExampleObject(
                                            name = "field",
                                            value = "{\"type\": \"urn:rustyrun:problem:invalid-field\", \"title\":"
                                                    + " \"Unprocessable Content\", \"status\": 422, \"detail\":"
                                                    + " \"memory must be a number of bytes, or a size such as"
                                                    + " \\\"64m\\\"\", \"field\": \"/memory\"}")))
    @APIResponse(
            responseCode = "429",
            description = "Too many launches are waiting; Retry-After says when to try again")
    public CompletionStage<Response> run(
            @HeaderParam("Idempotency-Key") String key, @Context RoutingContext context, byte[] body) {
        return answers.answer("run", key, body, context, (caller, share) -> runner.run(body, caller, share));
    }
}
