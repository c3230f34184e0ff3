package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Signal;
import java.util.ArrayList;
import java.util.List;

/** A group's directory in one hierarchy, including the groups below it. */
final class CgroupTree {

    /** Maximum wait for operations that the kernel finishes asynchronously. */
    static final long PATIENCE_NANOS = 2_000_000_000L;

    private static final long LONGEST_PAUSE_MILLIS = 50;
    private static final int MAX_NAMED = 10;

    private final ControlFiles files;
    private final String directory;

    CgroupTree(ControlFiles files, String directory) {
        this.files = files;
        this.directory = directory;
    }

    /** The processes in the tree. Those that are not visible in this PID namespace are omitted. */
    List<Integer> processes() {
        List<Integer> found = new ArrayList<>();
        collect(directory, found);
        return found;
    }

    private void collect(String group, List<Integer> into) {
        for (String word : CgroupLayout.words(files.readIfThere(group + "/cgroup.procs"))) {
            int pid = Integer.parseInt(word);
            if (pid > 0) {
                into.add(pid);
            }
        }
        for (String child : files.children(group)) {
            collect(child, into);
        }
    }

    /**
     * Sends SIGKILL to each process until there are no new ones; for kernels and cgroup versions without cgroup.kill.
     */
    void killEach() {
        List<Integer> killed = new ArrayList<>();
        List<Integer> fresh = processes();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!fresh.isEmpty() && System.nanoTime() < deadline) {
            for (int pid : fresh) {
                kill(files.linux(), pid);
            }
            killed.addAll(fresh);
            fresh = processes();
            fresh.removeAll(killed);
        }
    }

    private void kill(Linux linux, int pid) {
        try {
            linux.kill(pid, Signal.SIGKILL.number());
        } catch (LinuxException e) {
            throw CgroupException.of("cannot kill process " + pid + " of the cgroup " + directory, e, "");
        }
    }

    /** Removes the tree; gives up at {@code deadline}, a value of {@link System#nanoTime}. */
    void remove(long deadline) {
        long pause = 1;
        while (!removed(directory)) {
            if (System.nanoTime() > deadline) {
                throw new CgroupException("cannot remove the cgroup " + directory + ": " + contents());
            }
            pause(pause);
            pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
        }
    }

    /**
     * Whether the group no longer exists. It can be removed only when it is empty, so groups below it are removed
     * first.
     */
    private boolean removed(String group) {
        try {
            files.linux().removeDirectory(group);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return true;
            }
            if (e.errno() != Errno.EBUSY && e.errno() != Errno.ENOTEMPTY) {
                throw CgroupException.of("cannot remove the cgroup " + group, e, "");
            }
        }
        List<String> children = files.children(group);
        boolean all = !children.isEmpty();
        for (String child : children) {
            all &= removed(child);
        }
        return all && removed(group);
    }

    private String contents() {
        List<Integer> processes = processes();
        if (processes.isEmpty()) {
            List<String> children = files.children(directory);
            return children.isEmpty()
                    ? "the kernel still holds it; try again later"
                    : "it still has the groups " + children;
        }
        String more = processes.size() > MAX_NAMED ? " and " + (processes.size() - MAX_NAMED) + " more" : "";
        return "still in it: process " + processes.subList(0, Math.min(processes.size(), MAX_NAMED)) + more
                + "; kill them first";
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CgroupException("interrupted while waiting for a cgroup");
        }
    }
}
