package dev.rustyrun.doctor;

import dev.rustyrun.linux.ProbedCall;
import java.util.Optional;

/** The machine that is looked at, as this process sees it. No method changes it, nor throws for what is not there. */
interface Machine {

    /** A text file's content; empty when it does not exist or may not be read. */
    Optional<String> text(String path);

    boolean exists(String path);

    /** Whether this process may write the file or directory {@code path}, which exists. */
    boolean mayWrite(String path);

    /** Whether the program {@code path} runs with more rights than its caller: setuid, or with file capabilities. */
    boolean raisesRights(String path);

    /**
     * Leaves namespaces for new ones in a thread that then ends; man 2 unshare.
     *
     * @param flags {@code CLONE_NEW…} of {@code linux/sched.h}, without CLONE_NEWUSER
     * @return 0, or why not: an errno
     */
    int unshare(int flags);

    /**
     * Runs {@code command} as root of a new user namespace that maps only this user, in a process of its own.
     *
     * @param options further namespaces, as options of unshare(1)
     */
    Trial inUserNamespace(String options, String... command);

    /**
     * Makes a mount of {@code folder} that maps ids, attached nowhere, and closes it again; man 2 mount_setattr.
     *
     * @return 0, or why not: an errno
     */
    int mapIds(String folder);

    /** See {@link dev.rustyrun.linux.KernelProbe#errnoOf}. */
    int errnoOf(ProbedCall call);

    /** See {@link dev.rustyrun.linux.KernelProbe#hasSeccompAction}. */
    boolean hasSeccompAction(int action);

    /** The version of libseccomp, if it is installed. */
    Optional<String> libseccomp();

    /** Whether this process is the native executable and not a JVM. */
    boolean isNative();

    /** Where temporary files go. */
    String temporaryFolder();

    /** Where a service would look for root file systems; {@code /} when there is no such folder. */
    String rootfsFolder();

    /** The folders in which programs are looked for, with colons between them. */
    String path();

    default String line(String path) {
        return text(path).orElse("").strip();
    }
}
