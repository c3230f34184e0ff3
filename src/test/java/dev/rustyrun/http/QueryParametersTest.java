package dev.rustyrun.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.ws.rs.QueryParam;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** H13, H14: unknown parameters and fields are refused, and the error names them. */
class QueryParametersTest {

    @Test
    void the_table_is_that_of_the_resources_annotations() {
        Map<String, Set<String>> declared = new HashMap<>();
        for (Class<?> resource : List.of(
                ContainersResource.class,
                LogsResource.class,
                FilesResource.class,
                RunResource.class,
                ExecResource.class,
                ProcessesResource.class,
                InfoResource.class,
                GcResource.class,
                ImagesResource.class)) {
            for (Method method : resource.getDeclaredMethods()) {
                Set<String> names = new HashSet<>();
                Stream.of(method.getParameters())
                        .map((Parameter parameter) -> parameter.getAnnotation(QueryParam.class))
                        .filter(annotation -> annotation != null)
                        .forEach(annotation -> names.add(annotation.value()));
                if (!names.isEmpty()) {
                    declared.put(resource.getSimpleName() + "." + method.getName(), names);
                }
            }
        }
        assertEquals(declared, QueryParameters.KNOWN);
    }

    private static String objection(Map<String, List<String>> asked) {
        return QueryParameters.objection(Set.of("limit", "status", "label"), asked)
                .map(problem -> problem.field() + " " + problem.detail())
                .orElse("");
    }

    @Test
    void H13_unknown_and_repeated_parameters_are_refused() {
        assertEquals("", objection(Map.of("limit", List.of("1"), "label", List.of("a", "b"))));
        assertEquals(
                "/limitt \"limitt\" is not a query parameter of this address; did you mean \"limit\"?",
                objection(Map.of("limitt", List.of("1"))));
        assertEquals("/limit limit is given more than once", objection(Map.of("limit", List.of("1", "2"))));
    }

    @Test
    void H13_numbers_and_flags_are_understood_or_refused() {
        assertEquals(5, QueryParameters.whole("tail", "5", -1, 0, 10));
        assertEquals(-1, QueryParameters.whole("tail", null, -1, 0, 10));
        for (String wrong : List.of("abc", "-1", "1e3", "11", "99999999999999999999", "", "0x1", "1.5", " 1", "٣")) {
            ProblemException e =
                    assertThrows(ProblemException.class, () -> QueryParameters.whole("tail", wrong, -1, 0, 10), wrong);
            assertEquals("/tail", e.problem().field());
            assertEquals(422, e.problem().status());
        }
        assertEquals(true, QueryParameters.flag("follow", "true"));
        assertEquals(false, QueryParameters.flag("follow", null));
        for (String wrong : List.of("1", "", "yes", "TRUE")) {
            assertThrows(ProblemException.class, () -> QueryParameters.flag("follow", wrong), wrong);
        }
    }
}
