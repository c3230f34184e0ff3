package dev.rustyrun.request;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The fields of each request that {@link RequestField} describes: one table for all readers and writers of requests. */
public final class RequestFields {

    /** Created when the class is initialized: a native executable has them built in, and need not look for them. */
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
     * A field. It keeps no annotation: those of a native executable would have to be made by reflection.
     *
     * @param field of the class
     * @param json its name there
     * @param shape how its value is written
     * @param required why a request without it is refused; empty if it may be left out
     * @param missing the value if it is missing; empty for the class's own default
     * @param meaning what it means in JSON
     * @param unsaid the default, in words
     * @param example a value, in JSON
     */
    public record Entry(
            Field field,
            String json,
            Shape shape,
            String required,
            String missing,
            String meaning,
            String unsaid,
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
                    says.required().isEmpty() ? says.unsaid() : "required",
                    says.example());
        }

        /** Whether a request without it is refused. */
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

    /** Those of a class of requests, in the order in which they are written there. */
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
