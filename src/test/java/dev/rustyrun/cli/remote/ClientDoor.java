package dev.rustyrun.cli.remote;

import com.sun.net.httpserver.HttpServer;
import dev.rustyrun.cli.OptionNames;
import dev.rustyrun.client.RemoteEngine;
import dev.rustyrun.client.Server;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.linux.RecordingLibC;
import dev.rustyrun.request.RequestOptions;
import dev.rustyrun.stage.SelfExec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Turns the arguments of {@code rustyrun --host URL run} into the body of the request. */
public final class ClientDoor {

    private static final byte[] ANSWER = "{\"id\": \"0123456789ab\"}".getBytes(StandardCharsets.UTF_8);

    private ClientDoor() {}

    private static CommandLine model() {
        CommandLine run = new CommandLine(new RunRemotely()).setStopAtPositional(true);
        RequestOptions.atService(run);
        return run;
    }

    /** The model of a client's whole command line. */
    public static CommandLine root() {
        return ClientMain.Commands.MODEL;
    }

    /** The options. */
    public static List<OptionSpec> options() {
        return OptionNames.own(model());
    }

    /** The body that {@code --host URL run --detach WORDS} sends to {@code POST /v1/containers}. */
    public static byte[] body(List<String> words) throws IOException {
        CommandLine run = model();
        run.parseArgs(words.toArray(String[]::new));
        RunRemotely command = run.getCommand();
        CompletableFuture<byte[]> sent = new CompletableFuture<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/containers", exchange -> {
            sent.complete(exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(201, ANSWER.length);
            exchange.getResponseBody().write(ANSWER);
            exchange.close();
        });
        server.start();
        try {
            String address = "http://127.0.0.1:" + server.getAddress().getPort();
            ClientCommand root = new ClientCommand();
            new CommandLine(root).parseArgs("--host", address);
            Server asked = root.options().server();
            command.perform(
                    new EngineContext(
                            new OwnProcess(new RecordingLibC().linux(), SelfExec.current()),
                            new RemoteEngine(asked),
                            System.err,
                            words),
                    asked);
        } finally {
            server.stop(0);
        }
        return sent.join();
    }
}
