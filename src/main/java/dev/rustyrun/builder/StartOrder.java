package dev.rustyrun.builder;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The methods and objects that a launch uses, each with its place among them.
 *
 * @param methods names of methods ({@link MethodOrder#name})
 * @param objects names of objects ({@link ObjectName})
 */
record StartOrder(Map<String, Integer> methods, Map<String, Integer> objects) {

    private static final String FILE = "/META-INF/native-image/dev.rustyrun/rustyrun/start-order.txt";

    /** Reads the list, which is beside the other files for the builder. */
    static StartOrder load() {
        try (InputStream file = StartOrder.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException("the jar has no " + FILE);
            }
            return parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
    }

    /** Each line has a kind, {@code method} or {@code object}, and a name. Other lines are comments. */
    static StartOrder parse(String text) {
        Map<String, Integer> methods = new HashMap<>();
        Map<String, Integer> objects = new HashMap<>();
        text.lines().forEach(line -> {
            String[] words = line.split(" ", 2);
            Map<String, Integer> kind = words[0].equals("method") ? methods : objects;
            if (words[0].equals("method") || words[0].equals("object")) {
                kind.putIfAbsent(words[1], kind.size());
            }
        });
        return new StartOrder(methods, objects);
    }
}
