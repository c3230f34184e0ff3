package dev.rustyrun.step;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import java.nio.charset.StandardCharsets;

/** Steps that configure new namespaces: names, clocks, the loopback interface, kernel parameters. */
public sealed interface SettingStep extends Step {

    /**
     * Shifts a clock of the new time namespace; man 7 time_namespaces.
     *
     * @param clock {@code monotonic} or {@code boottime}
     */
    record SetTimeOffset(String clock, long seconds, int nanoseconds) implements SettingStep {
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            // The time namespace for children belongs to the thread that called unshare. On a JVM, /proc/self may show
            // another thread.
            String thread = InsideRootfs.nameOf(linux.readLink(FileFlag.AT_FDCWD, "/proc/thread-self"));
            String offset = clock + " " + seconds + " " + nanoseconds;
            context.writeOwnFile("/proc/" + thread + "/timens_offsets", offset);
        }

        @Override
        public String describe() {
            return "shift clock " + clock + " by " + seconds + " s " + nanoseconds + " ns";
        }
    }

    /** Sets the host name of the container's UTS namespace. */
    record SetHostname(String hostname) implements SettingStep {
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.setHostname(hostname);
        }

        @Override
        public String describe() {
            return "set hostname " + hostname;
        }
    }

    /** Sets the NIS domain name of the container's UTS namespace. */
    record SetDomainname(String domainname) implements SettingStep {
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.setDomainname(domainname);
        }

        @Override
        public String describe() {
            return "set domainname " + domainname;
        }
    }

    /** Brings {@code lo} up in a new network namespace. */
    record LoopbackUp() implements SettingStep {
        @Override
        public StepKind kind() {
            return StepKind.LOOPBACK_UP;
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.bringInterfaceUp("lo");
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
    record SetSysctl(String path, String value) implements SettingStep {
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            String proc = "/proc/sys/" + path;
            try (OpenFile found = context.existing(proc);
                    OpenFile file = new OpenFile(linux, linux.open(found.path(), FileFlag.O_WRONLY))) {
                // If the image has replaced /proc, the write would go to an ordinary file without effect
                // (CVE-2025-52881).
                if (!linux.isProcFile(file.descriptor())) {
                    throw new StepFailure(proc + " is not a file of the kernel's proc");
                }
                linux.writeAll(file.descriptor(), value.getBytes(StandardCharsets.UTF_8));
            }
        }

        @Override
        public String describe() {
            return "set sysctl " + path + " to " + value;
        }
    }
}
