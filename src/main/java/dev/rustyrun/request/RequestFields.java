package dev.rustyrun.request;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/**
 * The fields of each request class, from their {@link RequestField} annotations. JSON, OpenAPI and docs use this table.
 */
public final class RequestFields {

    /**
     * Created at class initialization, which a native image does at build time, so that nothing is looked up by
     * reflection later.
     */
    private static final Map<Class<?>, List<RequestFields.Entry>> ALL = Stream.of(
                    LaunchRequest.class,
                    ContainerRequest.class,
                    InputRequest.class,
                    ExecRequest.class,
                    ExecTerminal.class,
                    PullRequest.class,
                    AllowRequest.class,
                    FilesRequest.class,
                    PlacedFile.class,
                    Volume.class)
            .collect(Collectors.toUnmodifiableMap(type -> type, RequestFields::find));

    private RequestFields() {}

    /**
     * A field. It does not keep the annotation, which a native executable would have to create by reflection.
     *
     * @param field the Java field
     * @param json the name in JSON
     * @param shape how the value is written
     * @param required the error if the field is missing; empty if it is optional
     * @param missing the value if the field is missing; empty for the class's own default
     * @param meaning the description
     * @param defaultText the default, in words
     * @param example an example value in JSON
     */
    public record Entry(
            Field field,
            String json,
            Shape shape,
            String required,
            String missing,
            String meaning,
            String defaultText,
            String example) {

        private static Entry of(Field field, RequestField says) {
            Option option = field.getAnnotation(Option.class);
            String atService = says.atService().isEmpty() && option != null
                    ? String.join(" ", option.description())
                    : says.atService();
            return new Entry(
                    field,
                    says.json(),
                    Shape.of(field, says.kind()),
                    says.required(),
                    says.missing(),
                    says.inJson().isEmpty() ? atService : says.inJson(),
                    says.required().isEmpty() ? says.defaultText() : "required",
                    says.example());
        }

        /** Whether the field must be given. */
        public boolean isRequired() {
            return !required.isEmpty();
        }

        Object get(Object request) {
            try {
                return field.get(request);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }

        void set(Object request, Object value) {
            try {
                field.set(request, value);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The fields of a request class, in declaration order. */
    public static List<Entry> of(Class<?> type) {
        return ALL.get(type);
    }

    private static List<Entry> find(Class<?> type) {
        List<Entry> found = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            RequestField says = field.getAnnotation(RequestField.class);
            if (says != null) {
                field.setAccessible(true);
                found.add(Entry.of(field, says));
            }
        }
        if (type.getSuperclass() != Object.class) {
            found.addAll(find(type.getSuperclass()));
        }
        return List.copyOf(found);
    }
}
