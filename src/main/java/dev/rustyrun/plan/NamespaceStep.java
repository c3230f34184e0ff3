package dev.rustyrun.plan;

import dev.rustyrun.linux.CloneFlag;
import java.util.List;

/** Steps about namespaces, and about what a namespace holds besides mounts; man 7 namespaces. */
public sealed interface NamespaceStep extends Step {

    /** Hands this step to the method of {@code performer} for its kind. */
    void performBy(Performer performer);

    /** Leaves namespaces for new ones: {@link CloneFlag} bits; man 2 unshare. */
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
        public void performBy(Performer performer) {
            performer.unshare(this);
        }

        @Override
        public String describe() {
            return "unshare " + CloneFlag.describe(namespaces);
        }
    }

    /**
     * Enters an existing namespace; man 2 setns.
     *
     * @param path the host's, such as {@code /proc/4711/ns/net}
     * @param namespace the {@link CloneFlag} bit of its type, which it must have
     * @param orLater whether, should this process not have the right to, it is entered after the user namespace that a later
     *        step joins, and that may own it
     * @param changed what a later step changes in it, such as {@code sysctl net.ipv4.ip_forward}, so that it must not be the
     *        host's own; empty for nothing
     */
    record JoinNamespace(String path, int namespace, boolean orLater, String changed) implements NamespaceStep {
        /** Enters a namespace in which nothing is changed. */
        JoinNamespace(String path, int namespace, boolean orLater) {
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
        public void performBy(Performer performer) {
            performer.joinNamespace(this);
        }

        @Override
        public String describe() {
            return "join " + CloneFlag.describe(namespace) + " " + path;
        }
    }

    /**
     * Enters an existing user namespace without the caller's supplementary groups, waits until {@code run} has checked its id
     * maps, and becomes root in it; man 7 user_namespaces.
     *
     * @param path the host's, such as {@code /proc/4711/ns/user}
     */
    record JoinUserNamespace(String path) implements NamespaceStep {
        static JoinUserNamespace read(PlanReader in) {
            return new JoinUserNamespace(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.JOIN_USER_NAMESPACE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path);
        }

        @Override
        public void performBy(Performer performer) {
            performer.joinUserNamespace(this);
        }

        @Override
        public String describe() {
            return "join CLONE_NEWUSER " + path + " and become its root";
        }
    }

    /**
     * Opens an existing namespace that {@code init} will send its successor into, and hands it down: its path is the host's.
     *
     * @param path the host's, such as {@code /proc/4711/ns/pid}
     * @param namespace the {@link CloneFlag} bit of its type, which it must have
     * @param handedDown its place among the descriptors that {@code init} inherits
     * @param orLater whether, should this process not have the right to, it is opened after the user namespace that a later
     *        step joins
     */
    record OpenNamespace(String path, int namespace, int handedDown, boolean orLater) implements NamespaceStep {
        static OpenNamespace read(PlanReader in) {
            return new OpenNamespace(in.takeText(), in.take32(), in.take32(), in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.OPEN_NAMESPACE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path).put32(namespace).put32(handedDown).putFlag(orLater);
        }

        @Override
        public void performBy(Performer performer) {
            performer.openNamespace(this);
        }

        @Override
        public String describe() {
            return "open " + CloneFlag.describe(namespace) + " " + path;
        }
    }

    /**
     * Enters the namespace that {@link OpenNamespace} has opened, and closes it. That of processes is entered by those only
     * that this process makes from then on; man 2 setns.
     *
     * @param namespace the {@link CloneFlag} bit of its type
     * @param handedDown its place among the descriptors that {@code init} has inherited
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
        public void performBy(Performer performer) {
            performer.joinOpened(this);
        }

        @Override
        public String describe() {
            return "join the opened " + CloneFlag.describe(namespace);
        }
    }

    /**
     * Waits until {@code run} has written the id maps of the new user namespace, which a process cannot do for itself, and
     * becomes root in it; man 7 user_namespaces.
     *
     * @param clearGroups whether the caller's supplementary groups can be given up; not where setgroups is denied
     */
    record MapIds(boolean clearGroups) implements NamespaceStep {
        static MapIds read(PlanReader in) {
            return new MapIds(in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.MAP_IDS;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putFlag(clearGroups);
        }

        @Override
        public void performBy(Performer performer) {
            performer.mapIds(this);
        }

        @Override
        public String describe() {
            return "have the user and group ids mapped";
        }
    }

    /**
     * Shifts a clock of the new time namespace; man 7 time_namespaces.
     *
     * @param clock {@code monotonic} or {@code boottime}
     */
    record SetTimeOffset(String clock, long seconds, int nanoseconds) implements NamespaceStep {
        static SetTimeOffset read(PlanReader in) {
            return new SetTimeOffset(in.takeText(), in.take64(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_TIME_OFFSET;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(clock).put64(seconds).put32(nanoseconds);
        }

        @Override
        public void performBy(Performer performer) {
            performer.setTimeOffset(this);
        }

        @Override
        public String describe() {
            return "shift clock " + clock + " by " + seconds + " s " + nanoseconds + " ns";
        }
    }

    /** Names the container's UTS namespace. */
    record SetHostname(String hostname) implements NamespaceStep {
        static SetHostname read(PlanReader in) {
            return new SetHostname(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_HOSTNAME;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(hostname);
        }

        @Override
        public void performBy(Performer performer) {
            performer.setHostname(this);
        }

        @Override
        public String describe() {
            return "set hostname " + hostname;
        }
    }

    /** Sets the NIS domain name of the container's UTS namespace. */
    record SetDomainname(String domainname) implements NamespaceStep {
        static SetDomainname read(PlanReader in) {
            return new SetDomainname(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_DOMAINNAME;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(domainname);
        }

        @Override
        public void performBy(Performer performer) {
            performer.setDomainname(this);
        }

        @Override
        public String describe() {
            return "set domainname " + domainname;
        }
    }

    /** Brings {@code lo} up in a new network namespace. */
    record LoopbackUp() implements NamespaceStep {
        @Override
        public StepKind kind() {
            return StepKind.LOOPBACK_UP;
        }

        @Override
        public void writeTo(PlanWriter out) {
            // Nothing to tell.
        }

        @Override
        public void performBy(Performer performer) {
            performer.loopbackUp(this);
        }

        @Override
        public String describe() {
            return "bring interface lo up";
        }
    }

    /**
     * Sets a kernel parameter of the container's namespaces through its own {@code /proc}.
     *
     * @param path below {@code /proc/sys}
     */
    record SetSysctl(String path, String value) implements NamespaceStep {
        static SetSysctl read(PlanReader in) {
            return new SetSysctl(in.takeText(), in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_SYSCTL;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path).putText(value);
        }

        @Override
        public void performBy(Performer performer) {
            performer.setSysctl(this);
        }

        @Override
        public String describe() {
            return "set sysctl " + path + " to " + value;
        }
    }

    /**
     * Opens the files through which {@code init} will enter the container's cgroup, while this process may still write
     * to them, and hands them down.
     *
     * @param procsFiles host paths of {@code cgroup.procs} files, one for each hierarchy
     */
    record OpenCgroup(List<String> procsFiles) implements NamespaceStep {
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
        public void performBy(Performer performer) {
            performer.openCgroup(this);
        }

        @Override
        public String describe() {
            return "open " + String.join(" ", procsFiles);
        }
    }

    /** Moves this process into the container's cgroup, through the {@code count} files that {@code child} has opened. */
    record EnterCgroup(int count) implements NamespaceStep {
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
        public void performBy(Performer performer) {
            performer.enterCgroup(this);
        }

        @Override
        public String describe() {
            return "enter the cgroup";
        }
    }

    /**
     * Enters a new cgroup namespace whose root is the container's cgroup, without entering that: a process that is ended at
     * once makes it. Where the cgroup has room for one process only, its copy enters it.
     *
     * @param count of the files that {@code child} has opened
     */
    record SeeCgroup(int count) implements NamespaceStep {
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
        public void performBy(Performer performer) {
            performer.seeCgroup(this);
        }

        @Override
        public String describe() {
            return "enter a new cgroup namespace of the cgroup";
        }
    }

    /**
     * Remembers what {@code run} has made on the host and takes away at the end, so that {@code child} can do so should
     * {@code run} be killed.
     *
     * @param files host paths of files
     * @param directories host paths of directories, removed after the files and only when empty
     */
    record RegisterCleanup(List<String> files, List<String> directories) implements NamespaceStep {
        public RegisterCleanup {
            files = List.copyOf(files);
            directories = List.copyOf(directories);
        }

        static RegisterCleanup read(PlanReader in) {
            return new RegisterCleanup(in.takeTexts(), in.takeTexts());
        }

        @Override
        public StepKind kind() {
            return StepKind.REGISTER_CLEANUP;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putTexts(files).putTexts(directories);
        }

        @Override
        public void performBy(Performer performer) {
            performer.registerCleanup(this);
        }

        @Override
        public String describe() {
            return "remember to remove " + String.join(" ", directories);
        }
    }

    /**
     * Opens the socket by which {@code child} hears which process {@link Appear} has made its {@code init}.
     *
     * @param handedDown its place among the descriptors that {@code init} inherits
     */
    record AwaitSuccessor(int handedDown) implements NamespaceStep {
        static AwaitSuccessor read(PlanReader in) {
            return new AwaitSuccessor(in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.AWAIT_SUCCESSOR;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(handedDown);
        }

        @Override
        public void performBy(Performer performer) {
            performer.awaitSuccessor(this);
        }

        @Override
        public String describe() {
            return "await who goes on as init";
        }
    }

    /**
     * Goes on as a copy of this process that is in the joined PID namespace: until then, the processes in there have seen
     * nothing. What joins a container must have given up everything of the host's before.
     *
     * @param handedDown the place of {@link AwaitSuccessor}'s socket
     * @param terminal whether its standard input is the terminal that is to be its session's
     */
    record Appear(int handedDown, boolean terminal) implements NamespaceStep {
        static Appear read(PlanReader in) {
            return new Appear(in.take32(), in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.APPEAR;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(handedDown).putFlag(terminal);
        }

        @Override
        public void performBy(Performer performer) {
            performer.appear(this);
        }

        @Override
        public String describe() {
            return "fork into the container's PID namespace";
        }
    }

    /** The code for each kind of step in this family: a new kind does not compile until it has some. */
    interface Performer {
        void unshare(Unshare step);

        void joinNamespace(JoinNamespace step);

        void joinUserNamespace(JoinUserNamespace step);

        void openNamespace(OpenNamespace step);

        void joinOpened(JoinOpened step);

        void mapIds(MapIds step);

        void setTimeOffset(SetTimeOffset step);

        void setHostname(SetHostname step);

        void setDomainname(SetDomainname step);

        void loopbackUp(LoopbackUp step);

        void setSysctl(SetSysctl step);

        void registerCleanup(RegisterCleanup step);

        void openCgroup(OpenCgroup step);

        void enterCgroup(EnterCgroup step);

        void seeCgroup(SeeCgroup step);

        void awaitSuccessor(AwaitSuccessor step);

        void appear(Appear step);
    }
}
