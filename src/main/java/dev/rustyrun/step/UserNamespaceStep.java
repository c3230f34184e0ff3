package dev.rustyrun.step;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;

/** Steps for user namespaces; man 7 user_namespaces. */
public sealed interface UserNamespaceStep extends Step {

    /**
     * Enters an existing user namespace without the caller's supplementary groups, waits until {@code run} has checked
     * its id maps, and becomes root in it; man 7 user_namespaces.
     *
     * @param path host path, such as {@code /proc/4711/ns/user}
     * @param due index of {@link HostStep.MapIds}
     */
    record JoinUserNamespace(String path, int due) implements UserNamespaceStep {
        static JoinUserNamespace read(PlanReader in) {
            return new JoinUserNamespace(in.takeText(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.JOIN_USER_NAMESPACE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path).put32(due);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try (OpenFile namespace = new OpenFile(linux, linux.openNamespace(path))) {
                if (linux.isRoot()) {
                    // Inside the namespace, setgroups may be denied.
                    linux.setGroups();
                }
                linux.setNamespace(namespace.descriptor(), CloneFlag.CLONE_NEWUSER.value());
            }
            context.deferred().join();
            awaitIds(context, due, "run did not permit it");
            becomeRoot(linux);
        }

        @Override
        public String describe() {
            return "join CLONE_NEWUSER " + path + " and become its root";
        }

        @Override
        public String hint(int errno) {
            return switch (errno) {
                case Errno.ENOENT -> NamespaceStep.ENDED;
                case Errno.EINVAL -> "is it another user namespace than Rustyrun's own, and is the id 0 mapped in it?";
                default -> UserNamespaceStep.super.hint(errno);
            };
        }
    }

    /**
     * Waits until {@code run} has written the id maps of the new user namespace, which a process cannot do itself, and
     * becomes root in it; man 7 user_namespaces.
     *
     * @param clearGroups whether to drop the caller's supplementary groups; impossible where setgroups is denied
     * @param due index of {@link HostStep.MapIds}
     */
    record MapIds(boolean clearGroups, int due) implements UserNamespaceStep {
        static MapIds read(PlanReader in) {
            return new MapIds(in.takeFlag(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.MAP_IDS;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putFlag(clearGroups).put32(due);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            // A user cannot map the ids of their own process while it is not dumpable. No process of a container can
            // see this one.
            linux.prctl(Prctl.PR_SET_DUMPABLE, 1);
            awaitIds(context, due, "run could not map them");
            if (clearGroups) {
                linux.setGroups();
            }
            becomeRoot(linux);
        }

        @Override
        public String describe() {
            return "have the user and group ids mapped";
        }
    }

    private static void awaitIds(StepContext context, int due, String otherwise) {
        context.connection().ask(due);
        if (!context.connection().awaitGo()) {
            throw new StepFailure(otherwise);
        }
    }

    private static void becomeRoot(Linux linux) {
        linux.setGroup(0);
        linux.setUser(0);
        // Changing ids clears this setting.
        linux.prctl(Prctl.PR_SET_PDEATHSIG, LaunchSignals.PARENT_DIED.number());
        linux.prctl(Prctl.PR_SET_DUMPABLE, 0);
    }
}
