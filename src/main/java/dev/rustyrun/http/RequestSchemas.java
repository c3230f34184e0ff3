package dev.rustyrun.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rustyrun.request.AllowRequest;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.ExecRequest;
import dev.rustyrun.request.FilesRequest;
import dev.rustyrun.request.InputRequest;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.PlacedFile;
import dev.rustyrun.request.PullRequest;
import dev.rustyrun.request.RequestFields;
import dev.rustyrun.request.Volume;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Schema;

/** Adds the request bodies to the OpenAPI description, from the tables of {@link RequestFields}. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class RequestSchemas implements OASFilter {

    static final String RUN = "Run";
    static final String CONTAINER = "Container";
    static final String EXEC = "Exec";
    static final String ALLOW = "Allow";
    static final String PULL = "Pull";
    private static final String FILE = "File";
    private static final String MOUNT = "Mount";
    private static final String NETWORK = "network";

    @Override
    public void filterOpenAPI(OpenAPI api) {
        Components components = api.getComponents();
        if (components == null) {
            components = OASFactory.createComponents();
            api.setComponents(components);
        }
        components
                .addSchema(
                        RUN,
                        object(
                                "A launch; the response is its result.",
                                LaunchRequest.class,
                                InputRequest.class,
                                FilesRequest.class))
                .addSchema(
                        CONTAINER,
                        object("A container that runs in the background.", LaunchRequest.class, ContainerRequest.class))
                .addSchema(EXEC, object("A command in a running container.", ExecRequest.class, InputRequest.class))
                .addSchema(ALLOW, object("The hosts that a container may reach.", AllowRequest.class))
                .addSchema(PULL, object("An image to pull.", PullRequest.class))
                .addSchema(FILE, object("A file to write before the command starts.", PlacedFile.class))
                .addSchema(MOUNT, object("A configured directory to mount.", Volume.class));
    }

    private static Schema object(String description, Class<?>... requests) {
        Schema object = OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .description(description + " Unknown fields are errors.");
        for (Class<?> request : requests) {
            for (RequestFields.Entry entry : RequestFields.of(request)) {
                object.addProperty(entry.json(), entry.json().equals(NETWORK) ? network(entry) : property(entry));
                if (entry.isRequired()) {
                    object.addRequired(entry.json());
                }
            }
        }
        return object;
    }

    private static Schema property(RequestFields.Entry entry) {
        Schema schema =
                switch (entry.shape()) {
                    case FLAG -> of(Schema.SchemaType.BOOLEAN);
                    case NUMBER -> of(Schema.SchemaType.NUMBER);
                    case WHOLE -> of(Schema.SchemaType.INTEGER).format("int64");
                    case TEXT, CONTENT, SIZE -> of(Schema.SchemaType.STRING);
                    case TEXTS -> of(Schema.SchemaType.ARRAY).items(of(Schema.SchemaType.STRING));
                    case VARIABLES ->
                        of(Schema.SchemaType.OBJECT).additionalPropertiesSchema(of(Schema.SchemaType.STRING));
                    case VOLUMES ->
                        of(Schema.SchemaType.ARRAY)
                                .items(OASFactory.createSchema().ref(MOUNT));
                    case FILES ->
                        of(Schema.SchemaType.ARRAY)
                                .items(OASFactory.createSchema().ref(FILE));
                };
        if (!entry.example().isEmpty()) {
            schema.setExamples(List.of(example(entry.example())));
        }
        return schema.description(entry.meaning());
    }

    /** A word, or an object with all that concerns the network. */
    private static Schema network(RequestFields.Entry entry) {
        Schema texts = of(Schema.SchemaType.ARRAY).items(of(Schema.SchemaType.STRING));
        Schema all = of(Schema.SchemaType.OBJECT)
                .description("The fields network (here mode), allow and publish together.")
                .addProperty("mode", of(Schema.SchemaType.STRING))
                .addProperty("allow", texts)
                .addProperty("publish", texts);
        return OASFactory.createSchema().description(entry.meaning()).oneOf(List.of(property(entry), all));
    }

    private static Schema of(Schema.SchemaType type) {
        return OASFactory.createSchema().addType(type);
    }

    private static Object example(String json) {
        try {
            return new ObjectMapper().readValue(json, Object.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
