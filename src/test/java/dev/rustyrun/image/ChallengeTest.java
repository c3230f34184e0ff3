package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChallengeTest {

    @Test
    void a_bearer_challenge_names_the_token_server_and_the_scope() {
        assertEquals(
                List.of(new Challenge(
                        "bearer",
                        Map.of(
                                "realm",
                                "https://auth.example/token",
                                "service",
                                "registry.example",
                                "scope",
                                "repository:a/b:pull,push"))),
                Challenge.parse(List.of("Bearer realm=\"https://auth.example/token\",service=\"registry.example\","
                        + "scope=\"repository:a/b:pull,push\"")));
    }

    @Test
    void several_challenges_may_be_in_one_header_or_in_several() {
        List<Challenge> both = List.of(
                new Challenge("basic", Map.of("realm", "a \"b\"")), new Challenge("bearer", Map.of("realm", "x")));
        assertEquals(both, Challenge.parse(List.of("BASIC Realm=\"a \\\"b\\\"\", Bearer realm=x")));
        assertEquals(both, Challenge.parse(List.of("Basic realm=\"a \\\"b\\\"\"", "bearer realm = \"x\"")));
    }

    @Test
    void invalid_challenges_are_ignored() {
        for (String text :
                List.of("", ",", "=", "\"", "Basic realm=\"", "Basic =", "a=b", ",,,==\"\"", "Bearer realm=\"x\\")) {
            Challenge.parse(List.of(text));
        }
        assertEquals(List.of(new Challenge("negotiate", Map.of())), Challenge.parse(List.of("Negotiate")));
    }
}
