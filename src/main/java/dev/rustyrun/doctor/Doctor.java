package dev.rustyrun.doctor;

import dev.rustyrun.linux.Linux;
import java.util.List;
import java.util.stream.Stream;

/** Finds out what this kernel and this user can do. */
public final class Doctor {

    private static final List<Question> QUESTIONS = Stream.of(
                    KernelChecks.ALL,
                    NamespaceChecks.ALL,
                    UserNamespaceChecks.ALL,
                    ServiceChecks.ALL,
                    SubIdChecks.ALL,
                    CgroupChecks.ALL,
                    MountChecks.ALL,
                    SecurityChecks.ALL,
                    CapabilityChecks.ALL,
                    NetworkChecks.ALL,
                    RuntimeChecks.ALL)
            .flatMap(List::stream)
            .toList();

    private final Machine machine;

    Doctor(Machine machine) {
        this.machine = machine;
    }

    /**
     * Returns a doctor for this machine and this process.
     *
     * @param isNative whether this process is the native executable
     */
    public static Doctor ofHost(boolean isNative) {
        return new Doctor(new HostMachine(Linux.host(), isNative));
    }

    /** Runs all checks. Never throws because of what a check finds. */
    public List<Finding> examine() {
        return QUESTIONS.stream().map(question -> question.put(machine)).toList();
    }

    /** Whether this user can run containers, according to these findings. */
    public static boolean usable(List<Finding> findings) {
        return findings.stream().noneMatch(finding -> finding.level() == Level.FAIL);
    }
}
