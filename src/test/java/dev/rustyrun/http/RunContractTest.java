package dev.rustyrun.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that {@code POST /v1/run} refuses, and their problems. Nothing is launched. */
@QuarkusTest
class RunContractTest {

    private static ValidatableResponse run(String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/run")
                .then();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"command\": [\"a\"]}                                                 | /rootfs         | both missing",
                "{\"rootfs\": 1, \"command\": [\"a\"]}                                  | /rootfs         | must be a string",
                "{\"rootfs\": \"x\"}                                                    | /command        | must name a program",
                "{\"rootfs\": \"x\", \"command\": \"a\"}                                | /command        | must be a list",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"memory\": \"lots\"}        | /memory         | number of bytes",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"memory\": \"900g\"}        | /memory         | that this service allows",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"pids\": 0}                 | /pids           | not in the range 1 to",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"pids\": 1.5}               | /pids           | whole number",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"cpus\": 1e9}               | /cpus           | not in the range 0.01",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"timeoutSeconds\": 0}       | /timeoutSeconds | not in the range 0.001",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"timeoutSeconds\": 1e12}    | /timeoutSeconds | not in the range 0.001",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"maxOutput\": \"5g\"}       | /maxOutput      | not in the range 0 to",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"env\": {\"A\": 1}}         | /env            | object of strings",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"mounts\": [{\"source\": \"s\"}]} | /mounts/0/target | is missing",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"privileged\": true}        | /privileged     | is not a field",
                "{\"rootfs\": \"x\", \"command\": [\"a\"], \"stdinBase64\": \"?\"}      | /stdinBase64    | is not base64: it must consist of",
                "{\"rootfs\": \"x\", \"command\": [\"a\\u0000b\"]}                      | /command        | NUL",
                "{\"rootfs\": \"../../etc\", \"command\": [\"a\"]}                      | /rootfs         | unknown rootfs",
                "{\"rootfs\": \"/\", \"command\": [\"a\"]}                              | /rootfs         | unknown rootfs"
            })
    void a_field_that_is_wrong_is_named(String body, String field, String detail) {
        run(body)
                .statusCode(422)
                .contentType(Problem.MEDIA_TYPE)
                .body("field", equalTo(field))
                .body("detail", containsString(detail))
                .body("status", equalTo(422));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{", "{\"a\": 1} x", "{\"a\": 1, \"a\": 2}", "[1,", "nul", "{\"a\": ]", "[1}"})
    void invalid_json_is_a_bad_request(String body) {
        run(body)
                .statusCode(400)
                .contentType(Problem.MEDIA_TYPE)
                .body("type", equalTo("urn:rustyrun:problem:malformed-json"))
                .body("detail", containsString("(line 1, column "))
                .body("detail", not(containsString("Source")));
    }

    @Test
    void other_content_types_and_methods_and_addresses_are_refused_in_words() {
        given().contentType("text/plain")
                .body("{}")
                .post("/v1/run")
                .then()
                .statusCode(415)
                .contentType(Problem.MEDIA_TYPE);
        given().get("/v1/run").then().statusCode(405).contentType(Problem.MEDIA_TYPE);
        given().get("/v1/nothing").then().statusCode(404).contentType(Problem.MEDIA_TYPE);
    }

    @Test
    void a_page_of_another_origin_and_a_name_that_is_not_ours_are_refused() {
        given().header("Origin", "https://evil.example")
                .contentType("application/json")
                .body("{}")
                .post("/v1/run")
                .then()
                .statusCode(403)
                .body("detail", containsString("origins"));
        given().header("Host", "evil.example")
                .contentType("application/json")
                .body("{}")
                .post("/v1/run")
                .then()
                .statusCode(403)
                .body("detail", containsString("evil.example"));
    }

    @Test
    void a_body_that_is_too_large_is_refused() {
        given().contentType("application/json")
                .body(new byte[33 << 20])
                .post("/v1/run")
                .then()
                .statusCode(413);
    }

    @Test
    void exec_and_files_need_a_container_and_are_described() {
        String nobody = "/v1/containers/0123456789ab";
        given().contentType("application/json")
                .body("{}")
                .post(nobody + "/exec")
                .then()
                .statusCode(404)
                .contentType(Problem.MEDIA_TYPE);
        given().get(nobody + "/files?path=/").then().statusCode(404).contentType(Problem.MEDIA_TYPE);
        given().contentType("application/x-tar")
                .body(new byte[1024])
                .put(nobody + "/files?path=/")
                .then()
                .statusCode(404);
        given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body(
                        "paths.'/v1/containers/{id}/exec'.post.requestBody.content.'application/json'.examples.ps.value.command[0]",
                        equalTo("/bin/ps"))
                .body(
                        "paths.'/v1/containers/{id}/files'.put.requestBody.content.'application/x-tar'.schema.format",
                        equalTo("binary"));
    }

    @Test
    void a_web_socket_is_described_and_refuses_ordinary_requests() {
        for (String at : new String[] {"attach", "exec/attach"}) {
            given().get("/v1/containers/0123456789ab/" + at)
                    .then()
                    .statusCode(426)
                    .contentType(Problem.MEDIA_TYPE)
                    .header("Upgrade", equalTo("websocket"));
            given().get("/q/openapi?format=json")
                    .then()
                    .statusCode(200)
                    .body("paths.'/v1/containers/{id}/" + at + "'.get.description", containsString("eof"));
        }
    }

    @Test
    void ports_of_containers_are_described_and_need_one() {
        given().get("/v1/containers/0123456789ab/ports/8000/x")
                .then()
                .statusCode(404)
                .contentType(Problem.MEDIA_TYPE);
        given().get("/v1/containers/0123456789ab/ports/0/").then().statusCode(400);
        given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body(
                        "paths.'/v1/containers/{id}/ports/{port}/{path}'.patch.responses.'409'.description",
                        containsString("the host's network"));
    }

    @Test
    void the_api_is_described() {
        given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body(
                        "paths.'/v1/run'.post.requestBody.content.'application/json'.examples.hello.value.rootfs",
                        equalTo("busybox"));
    }
}
