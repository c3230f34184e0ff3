package dev.rustyrun.step;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Received;
import java.util.List;

/** Steps for the control group of the container; man 7 cgroups, man 7 cgroup_namespaces. */
public sealed interface CgroupStep extends Step {

    /**
     * Opens the files through which {@code init} will enter the container's cgroup, while this process still has
     * permission to write to them, and passes them on.
     *
     * @param procsFiles host paths of {@code cgroup.procs} files, one for each hierarchy
     */
    record OpenCgroup(List<String> procsFiles) implements CgroupStep {
        public OpenCgroup {
            procsFiles = List.copyOf(procsFiles);
        }

        static OpenCgroup read(PlanReader in) {
            return new OpenCgroup(in.takeTexts());
        }

        @Override
        public StepKind kind() {
            return StepKind.OPEN_CGROUP;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putTexts(procsFiles);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            int handedDown = Connection.FIRST_HANDED_DOWN;
            for (String file : procsFiles) {
                try (OpenFile procs = new OpenFile(linux, linux.open(file, FileFlag.O_WRONLY))) {
                    linux.duplicate(procs.descriptor(), handedDown++);
                }
            }
        }

        @Override
        public String describe() {
            return "open " + String.join(" ", procsFiles);
        }
    }

    /** Moves this process into the container's cgroup, through the {@code count} files that {@code child} has opened. */
    record EnterCgroup(int count) implements CgroupStep {

        /** Means the writing process in a cgroup.procs file. */
        private static final byte[] MYSELF = {'0'};

        static EnterCgroup read(PlanReader in) {
            return new EnterCgroup(in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.ENTER_CGROUP;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(count);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            for (int i = 0; i < count; i++) {
                try (OpenFile procs = new OpenFile(linux, Connection.FIRST_HANDED_DOWN + i)) {
                    linux.writeAll(procs.descriptor(), MYSELF);
                } catch (LinuxException e) {
                    if (e.errno() == Errno.ENODEV) {
                        throw new StepFailure("the cgroup no longer exists: was it removed during the launch?");
                    }
                    throw e;
                }
            }
            // The caller may be restricted to some processors, as with taskset(1); the container may use all those of
            // its cgroup.
            linux.resetAffinity();
        }

        @Override
        public String describe() {
            return "enter the cgroup";
        }
    }

    /**
     * Enters a new cgroup namespace whose root is the container's cgroup, without entering the cgroup itself: a
     * short-lived copy of this process creates the namespace. If the cgroup has room for one process only, this copy is
     * the one that enters it.
     *
     * @param count number of the files that {@code child} has opened
     */
    record SeeCgroup(int count) implements CgroupStep {
        static SeeCgroup read(PlanReader in) {
            return new SeeCgroup(in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.SEE_CGROUP;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(count);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            int[] pair = linux.socketPair();
            int maker = linux.fork();
            if (maker == 0) {
                makeCgroupNamespace(context, pair[1]);
            }
            linux.close(pair[1]);
            Received made;
            try {
                made = linux.receive(pair[0], new byte[1], 1);
            } finally {
                linux.close(pair[0]);
                linux.await(maker);
            }
            if (made.count() == 0) {
                throw new StepFailure("the process that creates it ended");
            }
            try (OpenFile namespace = new OpenFile(linux, made.descriptor())) {
                linux.setNamespace(namespace.descriptor(), CloneFlag.CLONE_NEWCGROUP.value());
            }
        }

        @Override
        public String describe() {
            return "enter a new cgroup namespace of the cgroup";
        }

        /** Runs in a copy of this process, which does nothing else. */
        private void makeCgroupNamespace(StepContext context, int channel) {
            Linux linux = context.linux();
            try {
                new EnterCgroup(count).apply(context);
                linux.unshare(CloneFlag.CLONE_NEWCGROUP.value());
                linux.send(channel, new byte[1], linux.open("/proc/self/ns/cgroup", FileFlag.O_RDONLY));
            } finally {
                linux.exit(0);
            }
        }
    }
}
