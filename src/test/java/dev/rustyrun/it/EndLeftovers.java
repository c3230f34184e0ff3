package dev.rustyrun.it;

import java.io.File;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Kills and deletes the containers that a test class leaves, so that one failed test does not make later ones fail that
 * expect no containers. Does so only where the tests have a PID namespace of their own (src/test/isolation), so that it
 * never kills other containers of the machine. JUnit finds it through META-INF/services.
 */
public final class EndLeftovers implements AfterAllCallback {

    @Override
    public void afterAll(ExtensionContext context) {
        boolean isolated = ProcessHandle.current()
                .parent()
                .filter(parent -> parent.pid() == 1)
                .isPresent();
        // Only after the outermost class: a nested class ends before the server of its outer class does.
        boolean outermost = context.getTestClass().map(Class::getEnclosingClass).isEmpty();
        if (!isolated || !outermost) {
            return;
        }
        List<ProcessHandle> left =
                Host.stages().map(ProcessHandle::of).flatMap(Optional::stream).toList();
        left.stream()
                .flatMap(stage -> Stream.concat(stage.descendants(), Stream.of(stage)))
                .forEach(ProcessHandle::destroyForcibly);
        String[] states = new File("/run/rustyrun").list();
        if (states != null && states.length > 0) {
            // A service that a test has killed leaves state, which the next service would remove and log. A container
            // that a failed test has created would be in the way of that test's second attempt.
            Launcher.rustyrun("delete", "--force", "--regex", ".");
            Launcher.rustyrun("gc");
        }
        if (!left.isEmpty()) {
            System.err.println(context.getDisplayName() + " has left containers; their processes are killed: " + left);
        }
    }
}
