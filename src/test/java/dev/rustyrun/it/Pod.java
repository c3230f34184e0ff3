package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A process in new namespaces, which serve as those of a pod, until it is closed. */
final class Pod implements AutoCloseable {

    private final Process process;
    private final String firstLine;

    private Pod(String script, String... unshare) throws IOException {
        List<String> command = new ArrayList<>(List.of("unshare"));
        command.addAll(List.of(unshare));
        command.addAll(List.of("sh", "-c", script + "; exec sleep 1000"));
        process = new ProcessBuilder(command).start();
        firstLine = process.inputReader().readLine();
    }

    /**
     * Starts a pod.
     *
     * @param unshare options of unshare(1)
     */
    static Pod in(String... unshare) throws IOException {
        Pod pod = new Pod("echo ready", unshare);
        assertEquals("ready", pod.firstLine());
        return pod;
    }

    /** Starts a pod that first runs {@code script}, which must print exactly one line. */
    static Pod after(String script, String... unshare) throws IOException {
        return new Pod(script, unshare);
    }

    /** The line that the script printed. */
    String firstLine() {
        return firstLine;
    }

    long pid() {
        return process.pid();
    }

    /** The path of one of the pod's namespaces, such as {@code net}. */
    String namespace(String file) {
        return "/proc/" + pid() + "/ns/" + file;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }
}
