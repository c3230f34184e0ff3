package dev.rustyrun.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/** Adds {@link PortProxy}, which is not a JAX-RS resource, to the OpenAPI description. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class PortDescription implements OASFilter {

    private static final String PATH = "/v1/containers/{id}/ports/{port}/{path}";
    private static final Map<String, String> PROBLEMS = Map.of(
            "400", "The port is not a number from 1 to 65535",
            "404", "The container does not exist",
            "408", "The body did not arrive in time",
            "409", "The container does not run, is paused, or uses the host's network",
            "413", "The body is larger than quarkus.http.limits.max-body-size",
            "429", "Too many connections to ports; Retry-After says when to try again",
            "502", "Nothing listens on the port, or the server closes the connection early or does not speak HTTP",
            "504", "The server at the port does not answer");

    @Override
    public void filterOpenAPI(OpenAPI api) {
        PathItem item = OASFactory.createPathItem();
        for (PathItem.HttpMethod method : new PathItem.HttpMethod[] {
            PathItem.HttpMethod.GET,
            PathItem.HttpMethod.HEAD,
            PathItem.HttpMethod.POST,
            PathItem.HttpMethod.PUT,
            PathItem.HttpMethod.PATCH,
            PathItem.HttpMethod.DELETE,
            PathItem.HttpMethod.OPTIONS
        }) {
            item.setOperation(method, operation());
        }
        api.getPaths().addPathItem(PATH, item);
    }

    private static Operation operation() {
        APIResponses responses = OASFactory.createAPIResponses();
        responses.setDefaultValue(OASFactory.createAPIResponse().description("The response of the container's server"));
        PROBLEMS.forEach((status, meaning) ->
                responses.addAPIResponse(status, OASFactory.createAPIResponse().description(meaning)));
        return OASFactory.createOperation()
                .summary("Send a request to a port inside a container: HTTP, or a web socket")
                .description(
                        "The path and the query after the port are forwarded unchanged to the server on 127.0.0.1 or ::1 in the"
                                + " container, with the method and the body. The Authorization header is removed.")
                .addTag("Port Proxy")
                .addParameter(parameter("id", "The container.", Schema.SchemaType.STRING))
                .addParameter(parameter("port", "The port in the container.", Schema.SchemaType.INTEGER))
                .addParameter(parameter(
                        "path", "The path on the container's server; may contain slashes.", Schema.SchemaType.STRING))
                .responses(responses);
    }

    private static Parameter parameter(String name, String meaning, Schema.SchemaType type) {
        return OASFactory.createParameter()
                .in(Parameter.In.PATH)
                .name(name)
                .required(true)
                .description(meaning)
                .schema(OASFactory.createSchema().addType(type));
    }
}
