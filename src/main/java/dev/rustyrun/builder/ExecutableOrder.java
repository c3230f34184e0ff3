package dev.rustyrun.builder;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.graalvm.nativeimage.hosted.Feature;

/**
 * Puts the methods and objects that a launch uses beside each other in the native executable.
 *
 * <p>The builder sorts methods by name and objects by size. So the few hundred kilobytes that a stage needs are spread
 * over an executable of 70 MB, and each of them costs a page fault: most of the time of a launch. {@code start-order.txt}
 * lists these methods and objects in the order in which they should be ({@code src/order/record} writes it). What is not in that list keeps its order, and a name in it that no longer exists has no effect, so an old
 * list makes launches slower, but nothing wrong.
 *
 * <p>Where the builder's classes differ from those of GraalVM 25, the order stays as it is, with a line in the build's
 * output.
 */
public final class ExecutableOrder implements Feature {

    /** A property of the builder's JVM: the file for the addresses of all methods and objects. */
    private static final String MAP = "rustyrun.executable-map";

    private final StartOrder order = StartOrder.load();
    private MethodOrder methods;

    @Override
    public String getDescription() {
        return "Puts what a launch uses beside each other";
    }

    /** So that the builder's own order exists before this replaces it. */
    @Override
    public List<Class<? extends Feature>> getRequiredFeatures() {
        try {
            return List.of(Builder.type("com.oracle.svm.hosted.code.CodeLayoutOptimizationFeature")
                    .asSubclass(Feature.class));
        } catch (ReflectiveOperationException | ClassCastException e) {
            return List.of();
        }
    }

    @Override
    public void beforeCompilation(BeforeCompilationAccess access) {
        try {
            methods = MethodOrder.install(order);
        } catch (ReflectiveOperationException | RuntimeException e) {
            warn("methods", e);
        }
        try {
            Object heap = Builder.get(access, "heap");
            ObjectOrder.install(order, heap, () -> writeMap(heap));
        } catch (ReflectiveOperationException | RuntimeException e) {
            warn("objects", e);
        }
    }

    private void writeMap(Object heap) {
        String map = System.getProperty(MAP);
        if (map != null) {
            try {
                write(Path.of(map), (Collection<?>) Builder.call(heap, "getObjects"));
            } catch (ReflectiveOperationException | IOException e) {
                throw new IllegalStateException("cannot write " + map + ": " + e, e);
            }
        }
    }

    /** One line for each method and object: its kind, its offset in its section, its size and its name. */
    private void write(Path map, Collection<?> heap) throws ReflectiveOperationException, IOException {
        List<String> lines = new ArrayList<>();
        for (Object method : methods == null ? List.of() : methods.laidOut()) {
            lines.add("method " + Builder.call(method, "getCodeAddressOffset") + " 0 " + MethodOrder.name(method));
        }
        for (Object object : heap) {
            lines.add("object " + Builder.call(object, "getOffset") + " " + Builder.call(object, "getSize") + " "
                    + ObjectName.of(object));
        }
        try (BufferedWriter file = Files.newBufferedWriter(map)) {
            for (String line : lines) {
                file.write(line);
                file.newLine();
            }
        }
    }

    static void warn(String what, Exception cause) {
        System.out.println("The " + what + " of the executable stay in the builder's order: " + cause);
    }
}
