package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rustyrun.engine.ContainerFilter;
import dev.rustyrun.engine.Conversation;
import dev.rustyrun.engine.Engine;
import dev.rustyrun.engine.LogOutput;
import dev.rustyrun.engine.LogView;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An engine whose containers consist of a status only. It records the calls. */
final class FakeEngine implements Engine {

    private final Map<String, String> statuses = new TreeMap<>();
    private final List<String> calls = new ArrayList<>();
    private String deadlySignal = "TERM";
    private boolean vanishes;
    private boolean breaks;
    private boolean broken;

    /** Makes an engine with containers, given as {@code ID:STATUS}. */
    FakeEngine(String... containers) {
        for (String container : containers) {
            statuses.put(container.split(":")[0], container.split(":")[1]);
        }
    }

    /** Makes the containers end only on this signal. */
    FakeEngine endingBy(String signal) {
        deadlySignal = signal;
        return this;
    }

    /** Makes the containers vanish when they end, like those of {@code run}. */
    FakeEngine vanishing() {
        vanishes = true;
        return this;
    }

    /** Makes every call after the first signal fail, as with a server that ends. */
    FakeEngine breaking() {
        breaks = true;
        return this;
    }

    /** The calls so far. */
    List<String> calls() {
        return calls;
    }

    private void call(String name, String id, Object... arguments) {
        calls.add(name + " " + id
                + String.join("", Arrays.stream(arguments).map(a -> " " + a).toList()));
        status(id);
    }

    private String status(String id) {
        checkReachable();
        if (!statuses.containsKey(id)) {
            throw new InvalidSpecException("container \"" + id + "\" does not exist");
        }
        return statuses.get(id);
    }

    static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public JsonNode container(String id) {
        return json("{'id': '" + id + "', 'status': '" + status(id) + "', 'labels': {'job': '1'},"
                + " 'result': {'exitCode': 7}}");
    }

    @Override
    public JsonNode awaitEnd(String id, long seconds) {
        call("await", id, seconds);
        return container(id);
    }

    private void checkReachable() {
        if (broken) {
            throw new InvalidSpecException("cannot connect");
        }
    }

    @Override
    public List<JsonNode> list(ContainerFilter filter) {
        checkReachable();
        return statuses.keySet().stream()
                .map(this::container)
                .filter(filter::matches)
                .toList();
    }

    @Override
    public List<String> columns() {
        return List.of("id", "status");
    }

    @Override
    public void kill(String id, String signal, boolean all) {
        call("kill", id, signal, all);
        broken = breaks;
        if (signal.equals(deadlySignal) && vanishes) {
            statuses.remove(id);
        } else if (signal.equals(deadlySignal)) {
            statuses.put(id, "exited");
        }
    }

    @Override
    public void delete(String id, boolean force) {
        call("delete", id, force);
        statuses.remove(id);
    }

    @Override
    public void pause(String id) {
        call("pause", id);
    }

    @Override
    public void allow(String id, List<String> hosts) {
        call("allow", id + " " + hosts);
    }

    @Override
    public void resume(String id) {
        call("resume", id);
    }

    @Override
    public JsonNode statistics(String id) {
        call("statistics", id);
        return json("{'memory': 1}");
    }

    @Override
    public JsonNode processes(String id) {
        call("processes", id);
        return json("[{'uid': 0, 'pid': 12, 'parent': 0, 'state': 'S', 'command': 'sleep\\u001b 1'}]");
    }

    @Override
    public String processTable(String id, List<String> psOptions) {
        call("ps", id, psOptions);
        return "a table\n";
    }

    @Override
    public void logs(String id, LogView view, LogOutput output) {
        call("logs", id, view.follow(), view.tail().orElse(-1), view.sinceMicros());
        output.write(1, "out".getBytes(StandardCharsets.UTF_8));
        output.write(2, "err".getBytes(StandardCharsets.UTF_8));
        output.truncated();
    }

    @Override
    public Conversation attach(String id, boolean start) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RuntimeException lost(String id, IOException e) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream read(String id, String path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void write(String id, String path, InputStream tar) {
        throw new UnsupportedOperationException();
    }
}
