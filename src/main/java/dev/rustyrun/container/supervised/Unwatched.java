package dev.rustyrun.container.supervised;

import dev.rustyrun.cgroup.Statistics;
import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.container.ContainerReport;
import dev.rustyrun.container.Deletion;
import dev.rustyrun.container.Freezer;
import dev.rustyrun.container.Kill;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.Running;
import dev.rustyrun.container.RunningRoot;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.SignalNames;
import java.io.PrintStream;
import java.util.List;

/**
 * The operations on any container of a store by its stored state. They need no monitor: containers from bundles and
 * foreground runs have none.
 */
public final class Unwatched {

    private static final long MILLIS = 1000;
    private static final long NANOS = 1_000_000_000;

    private final LaunchTools tools;
    private final PrintStream warnings;

    /** The containers of {@code tools}' store. */
    public Unwatched(LaunchTools tools, PrintStream warnings) {
        this.tools = tools;
        this.warnings = warnings;
    }

    /**
     * The report on a container.
     *
     * @throws ContainerException if no container has this id
     */
    public ContainerReport report(String id) {
        return ContainerReport.of(tools.store(), tools.store().get(id));
    }

    /** Sends a signal, given as a name or a number, to PID 1 or to all processes. */
    public void kill(String id, String signal, boolean all) {
        int number = SignalNames.number(signal)
                .orElseThrow(() -> ContainerException.invalid(
                        "signal", "unknown signal \"" + signal + "\": use a name or a number, such as KILL or 9"));
        new Kill(tools.linux(), tools.store()).kill(id, number, all);
    }

    /** Waits at most {@code seconds} until PID 1 has ended. */
    public void awaitEnd(String id, long seconds) {
        ContainerReport report = report(id);
        if (report.pid() == 0) {
            return;
        }
        try (OpenFile process = new OpenFile(tools.linux(), tools.linux().processDescriptor(report.pid()))) {
            PollSet set = new PollSet(1);
            long end = System.nanoTime() + seconds * NANOS;
            // If the pid belongs to another process by now, the report says that the container has stopped.
            for (long left = seconds * MILLIS; left > 0 && report(id).pid() == report.pid(); ) {
                set.clear();
                set.add(process.descriptor(), PollSet.POLLIN);
                if (tools.linux().poll(set, (int) left)) {
                    return;
                }
                left = (end - System.nanoTime()) / (NANOS / MILLIS);
            }
        } catch (LinuxException ended) {
            return;
        }
    }

    /** Deletes a stopped container; with {@code force}, a running one is killed first. */
    public void delete(String id, boolean force) {
        new Deletion(tools.linux(), tools.store(), warnings).delete(id, force);
    }

    /** Pauses a container. */
    public void pause(String id) {
        new Freezer(tools.store()).pause(id);
    }

    /** Resumes a container. */
    public void resume(String id) {
        new Freezer(tools.store()).resume(id);
    }

    /** The resource usage of a container. */
    public Statistics statistics(String id) {
        return Running.of(tools.store(), id).statistics();
    }

    /** The processes of a container; empty when it has stopped. */
    public List<ContainerProcess> processes(String id) {
        ContainerIds ids = new RunningRoot(tools.linux(), tools.store()).ids(id).orElse(ContainerIds.HOSTS);
        return Running.processes(tools.store(), id).stream()
                .flatMap(pid -> ContainerProcess.of(tools.linux(), pid, ids).stream())
                .toList();
    }
}
