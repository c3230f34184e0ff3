package dev.rustyrun.it;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A client of the Container Runtime Interface (runtime.v1, gRPC over HTTP/2), as a kubelet is. Field numbers are those
 * of {@code api.proto} in k8s.io/cri-api.
 */
final class CriClient implements AutoCloseable {

    /** NamespaceMode of {@code api.proto}: a namespace of the pod, of the container, or of another container. */
    enum Mode {
        POD,
        CONTAINER,
        NODE,
        TARGET
    }

    /** ContainerState of {@code api.proto}. */
    enum State {
        CREATED,
        RUNNING,
        EXITED,
        UNKNOWN
    }

    /** The used part of ContainerStatus. */
    record Status(State state, long exitCode, String reason) {}

    /** The answer of ExecSync. */
    record Executed(String out, String err, long exitCode) {}

    /** The engine answered a call with an error. */
    static final class CriException extends RuntimeException {
        private static final long serialVersionUID = 1;

        CriException(String message) {
            super(message);
        }
    }

    private static final int PREFIX = 5;
    private static final long SECONDS = 60;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client;
    private final int port;

    CriClient(int port) {
        this.port = port;
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    }

    /** Makes a call and returns its answer. */
    ProtobufMessage call(String method, ProtobufMessage request) {
        byte[] body = request.encode();
        Buffer framed =
                Buffer.buffer().appendByte((byte) 0).appendInt(body.length).appendBytes(body);
        CompletableFuture<ProtobufMessage> done = new CompletableFuture<>();
        // On the client's own thread: on another one, the body could arrive before its handler is set.
        vertx.runOnContext(begun -> client.request(
                        HttpMethod.POST, port, "127.0.0.1", "/runtime.v1.RuntimeService/" + method)
                .compose(made -> made.putHeader("content-type", "application/grpc")
                        .putHeader("te", "trailers")
                        .send(framed))
                .compose(answer -> answer.body().map(bytes -> answerOf(method, answer, bytes)))
                .onSuccess(done::complete)
                .onFailure(done::completeExceptionally));
        try {
            return done.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof CriException refused
                    ? refused
                    : new CriException(method + ": " + e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new CriException(method + ": " + e);
        }
    }

    private static ProtobufMessage answerOf(String method, HttpClientResponse answer, Buffer bytes) {
        boolean late = answer.trailers().contains("grpc-status");
        String status = late ? answer.getTrailer("grpc-status") : answer.getHeader("grpc-status");
        if (!"0".equals(status)) {
            throw new CriException(method + ": status " + status + ", "
                    + (late ? answer.getTrailer("grpc-message") : answer.getHeader("grpc-message")));
        }
        return ProtobufMessage.decode(bytes.getBytes(PREFIX, bytes.length()));
    }

    /** Whether the engine answers. */
    boolean answers() {
        try {
            return !call("Version", ProtobufMessage.of()).text(2).isEmpty();
        } catch (CriException notYet) {
            return false;
        }
    }

    /**
     * A PodSandboxConfig.
     *
     * @param name of the pod
     * @param hostname of the pod; empty for the host's
     * @param logs the folder of its log files
     * @param linux a LinuxPodSandboxConfig
     */
    static ProtobufMessage pod(String name, String hostname, String logs, ProtobufMessage linux) {
        return ProtobufMessage.of(
                1, ProtobufMessage.of(1, name, 2, "uid-" + name, 3, "default"), 2, hostname, 3, logs, 8, linux);
    }

    /** A NamespaceOption: network and IPC namespaces of the pod, and this mode of the PID namespace. */
    static ProtobufMessage namespaces(Mode pid, String target) {
        return ProtobufMessage.of(2, pid.ordinal(), 4, target);
    }

    /** A map&lt;string, string&gt; with one entry. */
    static ProtobufMessage entry(String key, String value) {
        return ProtobufMessage.of(1, key, 2, value);
    }

    /** Starts a pod and returns its id. */
    String runPod(ProtobufMessage pod) {
        return call("RunPodSandbox", ProtobufMessage.of(1, pod)).text(1);
    }

    /**
     * Creates and starts a container and returns its id.
     *
     * @param linux a LinuxContainerConfig
     */
    String run(String podId, ProtobufMessage pod, String name, String image, ProtobufMessage linux, String... command) {
        ProtobufMessage config = ProtobufMessage.of(
                1,
                ProtobufMessage.of(1, name),
                2,
                ProtobufMessage.of(1, image),
                3,
                List.of(command),
                11,
                name + ".log",
                15,
                linux);
        String id = call("CreateContainer", ProtobufMessage.of(1, podId, 2, config, 3, pod))
                .text(1);
        call("StartContainer", ProtobufMessage.of(1, id));
        return id;
    }

    Status status(String id) {
        ProtobufMessage status =
                call("ContainerStatus", ProtobufMessage.of(1, id)).message(1);
        return new Status(State.values()[(int) status.number(3)], status.number(7), status.text(10));
    }

    /** Waits for a container to exit and returns its status. */
    Status ended(String id) {
        Host.eventually("it has ended", () -> status(id).state() == State.EXITED, () -> status(id));
        return status(id);
    }

    Executed exec(String id, long timeoutSeconds, String... command) {
        ProtobufMessage done = call("ExecSync", ProtobufMessage.of(1, id, 2, List.of(command), 3, timeoutSeconds));
        return new Executed(done.text(1), done.text(2), done.number(3));
    }

    /** Stops a pod and its containers and removes them. */
    void removePod(String podId) {
        call("StopPodSandbox", ProtobufMessage.of(1, podId));
        call("RemovePodSandbox", ProtobufMessage.of(1, podId));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
