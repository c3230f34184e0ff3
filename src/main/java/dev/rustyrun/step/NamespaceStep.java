package dev.rustyrun.step;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import java.util.stream.Stream;

/** Steps that enter namespaces; man 7 namespaces. */
public sealed interface NamespaceStep extends Step {

    /** The hint when the file of a namespace does not exist. */
    String ENDED = "the namespace no longer exists: has the process ended?";
    /** The hint when permission for a joined PID namespace is missing. */
    String OF_OTHERS =
            "the joined PID namespace belongs to another user namespace than the container's: join that one too";

    /** Moves this process to new namespaces: {@link CloneFlag} bits; man 2 unshare. */
    record Unshare(int namespaces) implements NamespaceStep {
        static Unshare read(PlanReader in) {
            return new Unshare(in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.UNSHARE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(namespaces);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.unshare(namespaces);
        }

        @Override
        public String describe() {
            return "unshare " + CloneFlag.describe(namespaces);
        }

        @Override
        public String hint(int errno) {
            return switch (errno) {
                case Errno.EPERM -> "run it as root, without --userns host, or in a container with CAP_SYS_ADMIN";
                case Errno.ENOSPC -> "the limit of namespaces is reached, see /proc/sys/user/max_*_namespaces";
                case Errno.EINVAL -> "this kernel lacks one of these namespaces";
                default -> "";
            };
        }
    }

    /**
     * Enters an existing namespace; man 2 setns.
     *
     * @param path host path, such as {@code /proc/4711/ns/net}
     * @param namespace {@link CloneFlag} bit of the required type
     * @param orLater whether, without permission, it is entered after a later step has joined the user namespace that
     *     may own it
     * @param changed what a later step changes in it, such as {@code sysctl net.ipv4.ip_forward}, so that it must not
     *     be the host's own; empty for nothing
     */
    record JoinNamespace(String path, int namespace, boolean orLater, String changed) implements NamespaceStep {
        /** Enters a namespace in which nothing is changed. */
        public JoinNamespace(String path, int namespace, boolean orLater) {
            this(path, namespace, orLater, "");
        }

        static JoinNamespace read(PlanReader in) {
            return new JoinNamespace(in.takeText(), in.take32(), in.takeFlag(), in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.JOIN_NAMESPACE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path).put32(namespace).putFlag(orLater).putText(changed);
        }

        @Override
        public void apply(StepContext context) {
            context.deferred().nowOrLater(() -> join(context.linux()), orLater);
            if (namespace == CloneFlag.CLONE_NEWUSER.value()) {
                context.deferred().join();
            }
        }

        @Override
        public String describe() {
            return "join " + CloneFlag.describe(namespace) + " " + path;
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.ENOENT ? ENDED : NamespaceStep.super.hint(errno);
        }

        private void join(Linux linux) {
            try (OpenFile file = new OpenFile(linux, linux.openNamespace(path))) {
                refuseOwn(linux, file, changed);
                linux.setNamespace(file.descriptor(), namespace);
            }
        }
    }

    /**
     * Opens an existing namespace that {@code init} joins later, and passes it on, because its path is the host's.
     *
     * @param path host path, such as {@code /proc/4711/ns/pid}
     * @param namespace {@link CloneFlag} bit of the required type
     * @param handedDown index among the descriptors that {@code init} inherits
     * @param orLater whether, without permission, it is opened after a later step has joined the user namespace
     * @param changed what a later step changes in it, so that it must not be the host's own; empty for nothing
     */
    record OpenNamespace(String path, int namespace, int handedDown, boolean orLater, String changed)
            implements NamespaceStep {
        /** Opens a namespace in which nothing is changed. */
        public OpenNamespace(String path, int namespace, int handedDown, boolean orLater) {
            this(path, namespace, handedDown, orLater, "");
        }

        static OpenNamespace read(PlanReader in) {
            return new OpenNamespace(in.takeText(), in.take32(), in.take32(), in.takeFlag(), in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.OPEN_NAMESPACE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path)
                    .put32(namespace)
                    .put32(handedDown)
                    .putFlag(orLater)
                    .putText(changed);
        }

        @Override
        public void apply(StepContext context) {
            context.deferred().nowOrLater(() -> open(context.linux()), orLater);
        }

        @Override
        public String describe() {
            return "open " + CloneFlag.describe(namespace) + " " + path;
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.ENOENT ? ENDED : NamespaceStep.super.hint(errno);
        }

        private void open(Linux linux) {
            try (OpenFile file = new OpenFile(linux, linux.openNamespace(path))) {
                if (!linux.isNamespace(file.descriptor(), namespace)) {
                    throw new StepFailure("EINVAL: " + path + " is not a namespace of this kind");
                }
                refuseOwn(linux, file, changed);
                linux.duplicate(file.descriptor(), Connection.FIRST_HANDED_DOWN + handedDown);
            }
        }
    }

    /**
     * Enters the namespace that {@link OpenNamespace} has opened, and closes it. A PID namespace is entered only by the
     * children that this process creates afterwards; man 2 setns.
     *
     * @param namespace {@link CloneFlag} bit of its type
     * @param handedDown index among the descriptors that {@code init} has inherited
     */
    record JoinOpened(int namespace, int handedDown) implements NamespaceStep {
        static JoinOpened read(PlanReader in) {
            return new JoinOpened(in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.JOIN_OPENED;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(namespace).put32(handedDown);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try (OpenFile file = new OpenFile(linux, Connection.FIRST_HANDED_DOWN + handedDown)) {
                linux.setNamespace(file.descriptor(), namespace);
            }
        }

        @Override
        public String describe() {
            return "join the opened " + CloneFlag.describe(namespace);
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.EPERM ? OF_OTHERS : NamespaceStep.super.hint(errno);
        }
    }

    /** Throws if {@code changed} is not empty and the open namespace is one that this process is in. */
    private static void refuseOwn(Linux linux, OpenFile namespace, String changed) {
        if (changed.isEmpty()) {
            return;
        }
        FileStatus.Place place = linux.status(namespace.descriptor()).place();
        // On a JVM, other threads may be in other namespaces.
        boolean own = Stream.of(NamespaceType.values())
                .map(type -> linux.status("/proc/thread-self/ns/" + type.file()).place())
                .anyMatch(place::equals);
        if (own) {
            throw new StepFailure(changed
                    + " would change the host: it needs a new namespace, or the path of one that is not the host's");
        }
    }
}
