package dev.rustyrun.plan;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.MountFlag;
import java.util.List;

/**
 * One thing that a stage does to become, or to make, a container. A step is plain data: it can be printed, sent to
 * another process, compared in a test. {@link Performer} has the code that performs each kind.
 *
 * <p>Paths are absolute inside the container unless a component says that it is the host's.
 */
public sealed interface Step {

    /** Hands this step to the method of {@code performer} for its kind. */
    void performBy(Performer performer);

    /** What the step does, in a few words that read well after "failed to". */
    String describe();

    /** Leaves namespaces for new ones: {@link CloneFlag} bits; man 2 unshare. */
    record Unshare(int namespaces) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.unshare(this);
        }

        @Override
        public String describe() {
            return "unshare " + CloneFlag.describe(namespaces);
        }
    }

    /** Changes how mount events spread, for {@code target} and all below it; man 7 mount_namespaces. */
    record SetPropagation(String target, long flags) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.setPropagation(this);
        }

        @Override
        public String describe() {
            return "set propagation of " + target + " to " + MountFlag.describe(flags);
        }
    }

    /** Names the container's UTS namespace. */
    record SetHostname(String hostname) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.setHostname(this);
        }

        @Override
        public String describe() {
            return "set hostname " + hostname;
        }
    }

    /** Makes the root file system at host path {@code rootfs} a mount of its own, as pivot_root needs, and enters it. */
    record EnterRootfs(String rootfs) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.enterRootfs(this);
        }

        @Override
        public String describe() {
            return "enter rootfs " + rootfs;
        }
    }

    /**
     * Mounts a file system.
     *
     * @param target made when missing; for {@code refuseLinks} no part of it may be a symbolic link
     * @param flags {@link MountFlag} bits
     * @param data for the file system, or empty
     */
    record MountFileSystem(String type, String source, String target, long flags, String data, boolean refuseLinks)
            implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.mountFileSystem(this);
        }

        @Override
        public String describe() {
            String options = join(MountFlag.describe(flags), data);
            return "mount " + type + " on " + target + (options.isEmpty() ? "" : " (" + options + ")");
        }
    }

    /**
     * Shows a host file or directory at {@code target}, made when missing.
     *
     * @param source host path
     * @param flags {@link MountFlag} bits that become attributes of the new mount
     * @param propagation of the new mount, an MS_ flag perhaps with MS_REC, or 0
     * @param recursive whether mounts below the source come along
     */
    record BindMount(String source, String target, long flags, long propagation, boolean recursive) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.bindMount(this);
        }

        @Override
        public String describe() {
            String options = join(recursive ? "rbind" : "bind",
                    MountFlag.describe(flags & ~MountFlag.of(MountFlag.MS_BIND, MountFlag.MS_REC)));
            return "bind mount " + source + " on " + target + " (" + options + ")";
        }
    }

    /** Makes a character device that everybody may read and write. */
    record MakeDevice(String path, int major, int minor) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.makeDevice(this);
        }

        @Override
        public String describe() {
            return "make device " + path + " (" + major + ":" + minor + ")";
        }
    }

    /** Makes a symbolic link. */
    record MakeLink(String path, String target) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.makeLink(this);
        }

        @Override
        public String describe() {
            return "make link " + path + " -> " + target;
        }
    }

    /** Opens a new pseudo-terminal, sends its master side to the {@code run} stage, and makes it the command's. */
    record OpenTerminal(int owner) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.openTerminal(this);
        }

        @Override
        public String describe() {
            return "open terminal for uid " + owner;
        }
    }

    /** Hides a file behind the null device or a directory behind an empty one; a missing one is left alone. */
    record MaskPath(String path) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.maskPath(this);
        }

        @Override
        public String describe() {
            return "mask " + path;
        }
    }

    /** Makes what is below {@code path} read-only; a missing one is left alone. */
    record ReadOnlyPath(String path) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.readOnlyPath(this);
        }

        @Override
        public String describe() {
            return "make read-only " + path;
        }
    }

    /** Makes the working directory when it is missing, and goes there. */
    record ChangeDirectory(String path) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.changeDirectory(this);
        }

        @Override
        public String describe() {
            return "change to directory " + path;
        }
    }

    /** Makes the entered rootfs the root, and lets go of the host's; man 2 pivot_root. */
    record PivotRoot() implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.pivotRoot(this);
        }

        @Override
        public String describe() {
            return "pivot_root";
        }
    }

    /** Makes the root mount read-only; mounts below it stay as they are. */
    record ReadOnlyRoot() implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.readOnlyRoot(this);
        }

        @Override
        public String describe() {
            return "make the root read-only";
        }
    }

    /** Brings {@code lo} up in a new network namespace. */
    record LoopbackUp() implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.loopbackUp(this);
        }

        @Override
        public String describe() {
            return "bring interface lo up";
        }
    }

    /** Drops from the bounding set every capability whose bit is not in {@code keep}; man 7 capabilities. */
    record LimitCapabilities(long keep) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.limitCapabilities(this);
        }

        @Override
        public String describe() {
            return "limit capabilities to " + Words.capabilities(keep);
        }
    }

    /** Becomes the command's user and groups; man 7 credentials. */
    record SetUser(int uid, int gid, List<Integer> groups, int umask) implements Step {
        public SetUser {
            groups = List.copyOf(groups);
        }

        @Override
        public void performBy(Performer performer) {
            performer.setUser(this);
        }

        @Override
        public String describe() {
            return "become uid " + uid + " gid " + gid + " groups " + groups + " umask 0" + Integer.toOctalString(umask);
        }
    }

    /** Sets the capability sets of the command, bit n for capability n. */
    record SetCapabilities(long effective, long permitted, long inheritable) implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.setCapabilities(this);
        }

        @Override
        public String describe() {
            return "set capabilities to " + Words.capabilities(permitted);
        }
    }

    /** Lets no later execve grant privileges; man 2 prctl, PR_SET_NO_NEW_PRIVS. */
    record NoNewPrivileges() implements Step {
        @Override
        public void performBy(Performer performer) {
            performer.noNewPrivileges(this);
        }

        @Override
        public String describe() {
            return "set no_new_privs";
        }
    }

    /**
     * Becomes the command, or, as a reaper, starts it and stays as PID 1.
     *
     * @param argv the program, looked up in the PATH of {@code env} unless it has a slash, and its arguments
     */
    record Exec(List<String> argv, List<String> env, boolean reaper) implements Step {
        public Exec {
            argv = List.copyOf(argv);
            env = List.copyOf(env);
        }

        @Override
        public void performBy(Performer performer) {
            performer.exec(this);
        }

        @Override
        public String describe() {
            return (reaper ? "start under a reaper " : "execute ") + Words.shell(argv);
        }
    }

    /** The code for each kind of step: a new kind does not compile until every performer knows it. */
    interface Performer {
        void unshare(Unshare step);

        void setPropagation(SetPropagation step);

        void setHostname(SetHostname step);

        void enterRootfs(EnterRootfs step);

        void mountFileSystem(MountFileSystem step);

        void bindMount(BindMount step);

        void makeDevice(MakeDevice step);

        void makeLink(MakeLink step);

        void openTerminal(OpenTerminal step);

        void maskPath(MaskPath step);

        void readOnlyPath(ReadOnlyPath step);

        void changeDirectory(ChangeDirectory step);

        void pivotRoot(PivotRoot step);

        void readOnlyRoot(ReadOnlyRoot step);

        void loopbackUp(LoopbackUp step);

        void limitCapabilities(LimitCapabilities step);

        void setUser(SetUser step);

        void setCapabilities(SetCapabilities step);

        void noNewPrivileges(NoNewPrivileges step);

        void exec(Exec step);
    }

    private static String join(String first, String second) {
        return first.isEmpty() || second.isEmpty() ? first + second : first + "," + second;
    }
}
