package dev.rustyrun.doctor;

import dev.rustyrun.linux.ProbedCall;
import java.util.Optional;

/**
 * The machine under test, as this process sees it. No method changes the machine or throws because something is
 * missing.
 */
interface Machine {

    /** The content of a text file; empty if it does not exist or is not readable. */
    Optional<String> text(String path);

    boolean exists(String path);

    /** Whether this process may write the file or directory {@code path}, which must exist. */
    boolean mayWrite(String path);

    /**
     * Whether the program {@code path} runs with more privileges than its caller: setuid, or with file capabilities.
     */
    boolean raisesRights(String path);

    /**
     * Creates new namespaces in a thread that then ends; man 2 unshare.
     *
     * @param flags {@code CLONE_NEW…} of {@code linux/sched.h}, without CLONE_NEWUSER
     * @return 0, or the errno
     */
    int unshare(int flags);

    /**
     * Runs {@code command} as root of a new user namespace that maps only this user, in a separate process.
     *
     * @param options additional namespaces, as options of unshare(1)
     */
    Trial inUserNamespace(String options, String... command);

    /**
     * Creates a detached id-mapped mount of {@code folder} and closes it again; man 2 mount_setattr.
     *
     * @return 0, or the errno
     */
    int mapIds(String folder);

    /** See {@link dev.rustyrun.linux.KernelProbe#errnoOf}. */
    int errnoOf(ProbedCall call);

    /** See {@link dev.rustyrun.linux.KernelProbe#hasSeccompAction}. */
    boolean hasSeccompAction(int action);

    /** The version of libseccomp; empty if it is not installed. */
    Optional<String> libseccomp();

    /** Whether this process is the native executable and not a JVM. */
    boolean isNative();

    /** The directory of temporary files. */
    String temporaryFolder();

    /** Where a service would look for root file systems; {@code /} if none of the usual directories exists. */
    String rootfsFolder();

    /** The value of PATH: directories separated by colons. */
    String path();

    default String line(String path) {
        return text(path).orElse("").strip();
    }
}
