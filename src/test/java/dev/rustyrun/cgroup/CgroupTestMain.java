package dev.rustyrun.cgroup;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs {@link CgroupIT} without Maven, for example in a virtual machine with another cgroup layout. Exits with 1 on
 * failure.
 */
final class CgroupTestMain {

    private CgroupTestMain() {}

    public static void main(String[] arguments) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(CgroupIT.class))
                                .build(),
                        listener);
        listener.getSummary().printTo(new PrintWriter(System.out, false, StandardCharsets.UTF_8));
        listener.getSummary().printFailuresTo(new PrintWriter(System.out, false, StandardCharsets.UTF_8), 15);
        System.exit(listener.getSummary().getFailures().isEmpty() ? 0 : 1);
    }
}
