package dev.rustyrun.http;

import static io.restassured.RestAssured.get;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.startsWith;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.RecordingLibC;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StageSpawner;
import io.quarkus.test.Mock;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The health checks over HTTP, on a recording kernel that allows or refuses namespaces. */
@QuarkusTest
class HealthTest {

    private static final RecordingLibC KERNEL = new RecordingLibC();

    static class RecordedKernel {

        @Produces
        @Singleton
        @Mock
        LaunchTools tools() {
            Linux linux = KERNEL.linux();
            SelfExec self = SelfExec.current();
            return new LaunchTools(linux, self, new StageSpawner(linux, self), ContainerStore.of(linux));
        }
    }

    @TestHTTPResource(management = true)
    URI management;

    @BeforeEach
    void kernelAllowsEverything() {
        KERNEL.succeeding("unshare");
    }

    @Test
    void alive_and_ready_when_namespaces_can_be_made() {
        get(management.resolve("/q/health/live")).then().statusCode(200).body("status", equalTo("UP"));
        get(management.resolve("/q/health/ready"))
                .then()
                .statusCode(200)
                .body("checks.name", hasItems("namespaces", "room"));
    }

    @Test
    void the_service_is_not_ready_and_says_why_when_the_kernel_refuses() {
        KERNEL.failing("unshare", Errno.EPERM);
        get(management.resolve("/q/health/ready"))
                .then()
                .statusCode(503)
                .body("status", equalTo("DOWN"))
                .body("checks.find { it.name == 'namespaces' }.data.reason", startsWith("unshare("));
    }
}
