package dev.rustyrun.container;

import dev.rustyrun.cgroup.OwnCgroup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.stage.SelfExec;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.graalvm.nativeimage.RuntimeOptions;

/** The cgroup and the heap of a service. */
public final class ServiceResources {

    private static final long MAX_BYTES = 512L << 20;
    private static final long MIN_BYTES = 16L << 20;
    /**
     * The rest of the limit is for other memory: the executable's own pages, stacks, connection buffers, and copies
     * during a garbage collection.
     */
    private static final int PART_OF_LIMIT = 3;

    private static final int PART_OF_NEW = 5;
    private static final long MAX_NEW = 20L << 20;

    private ServiceResources() {}

    /**
     * Prepares this process to serve.
     *
     * @param takesCgroup whether the service runs in a container whose cgroup it takes over, for its launches
     */
    public static void prepare(boolean takesCgroup) {
        Linux linux = Linux.host();
        if (takesCgroup) {
            OwnCgroup.takeOver(linux);
        }
        limitHeap(linux);
    }

    /**
     * Sets the maximum heap size of the native executable. Its default ignores the memory limit of the service's cgroup,
     * and a service that exceeds that limit is killed. A JVM respects it.
     */
    private static void limitHeap(Linux linux) {
        OptionalLong limit = cgroupLimit(linux);
        if (!SelfExec.isNativeImage() || limit.isEmpty()) {
            return;
        }
        long most = Math.max(MIN_BYTES, Math.min(MAX_BYTES, limit.getAsLong() / PART_OF_LIMIT));
        if (most < MAX_BYTES) {
            RuntimeOptions.set("MaxNewSize", Math.min(MAX_NEW, most / PART_OF_NEW));
            RuntimeOptions.set("MaxHeapSize", most);
        }
    }

    /** The lowest memory limit of the service's cgroup and its visible ancestors. */
    private static OptionalLong cgroupLimit(Linux linux) {
        String groups = read(linux, "/proc/self/cgroup");
        return groups.lines()
                .map(line -> line.split(":", 3))
                .filter(parts -> parts.length == 3)
                .flatMapToLong(parts -> parts[1].isEmpty()
                        ? upwards(linux, "/sys/fs/cgroup", parts[2], "memory.max")
                        : Stream.of(parts[1].split(",")).anyMatch("memory"::equals)
                                ? upwards(linux, "/sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes")
                                : LongStream.empty())
                .min();
    }

    private static LongStream upwards(Linux linux, String root, String path, String file) {
        LongStream.Builder limits = LongStream.builder();
        String at = path.equals("/") ? "" : path;
        while (true) {
            String text = read(linux, root + at + "/" + file).strip();
            if (text.matches("[0-9]{1,18}")) {
                limits.add(Long.parseLong(text));
            }
            if (at.isEmpty()) {
                return limits.build();
            }
            at = at.substring(0, at.lastIndexOf('/'));
        }
    }

    private static String read(Linux linux, String path) {
        try {
            return linux.readFile(path);
        } catch (LinuxException e) {
            return "";
        }
    }
}
