package dev.rustyrun.it.conformance;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the tests of this package without Maven, in the virtual machine of {@code .ci/run}, which has only cgroup v2 and
 * all capabilities. Exits with 1 if a test failed or none ran.
 */
final class ConformanceMain {

    private ConformanceMain() {}

    public static void main(String[] args) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage(ConformanceMain.class.getPackageName()))
                .filters(includeClassNamePatterns(".*IT"))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, false, StandardCharsets.UTF_8));
        long passed = summary.getTestsSucceededCount();
        System.out.println(passed + " passed, " + summary.getTotalFailureCount() + " failed, "
                + summary.getTestsAbortedCount() + " skipped");
        System.exit(summary.getTotalFailureCount() == 0 && passed > 0 ? 0 : 1);
    }
}
