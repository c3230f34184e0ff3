package dev.rustyrun.it;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Kills the containers that a class of tests leaves running, so that a test that fails does not make those after it fail: they
 * expect to find none. Only where the tests have a PID namespace of their own (src/test/isolation), so that nobody else's are
 * met. Found by META-INF/services.
 */
public final class EndLeftovers implements AfterAllCallback {

    @Override
    public void afterAll(ExtensionContext context) {
        boolean isolated = ProcessHandle.current()
                .parent()
                .filter(parent -> parent.pid() == 1)
                .isPresent();
        // A nested class ends before its server does.
        boolean outermost = context.getTestClass().map(Class::getEnclosingClass).isEmpty();
        if (!isolated || !outermost) {
            return;
        }
        List<ProcessHandle> left =
                Host.stages().map(ProcessHandle::of).flatMap(Optional::stream).toList();
        left.stream()
                .flatMap(stage -> Stream.concat(stage.descendants(), Stream.of(stage)))
                .forEach(ProcessHandle::destroyForcibly);
        if (!left.isEmpty()) {
            System.err.println(context.getDisplayName() + " has left containers; their processes are killed: " + left);
        }
    }
}
