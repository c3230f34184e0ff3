package dev.rustyrun.cli;

import dev.rustyrun.spec.Bundle;
import dev.rustyrun.spec.CreateOptions;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.PidOutputs;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of a process that keeps running after its starter exits: terminal, pid file and descriptors. */
final class DetachOptions {

    private static final String LISTEN_FDS = "LISTEN_FDS";

    @Option(
            names = "--console-socket",
            paramLabel = "PATH",
            defaultValue = Option.NULL_VALUE,
            description = "Send the terminal's master side to this unix socket.")
    private String consoleSocket;

    @Option(
            names = "--pid-file",
            paramLabel = "FILE",
            defaultValue = Option.NULL_VALUE,
            description = "Write the process id to FILE.")
    private String pidFile;

    @Option(
            names = "--pidfd-socket",
            paramLabel = "PATH",
            defaultValue = Option.NULL_VALUE,
            description = "Send a pidfd of the process to this unix socket.")
    private String pidfdSocket;

    @Option(names = "--no-subreaper", description = "Accepted for runc compatibility; has no effect.")
    private boolean noSubreaper;

    @Option(
            names = "--preserve-fds",
            paramLabel = "N",
            defaultValue = "0",
            description = "Pass N more descriptors to the command, from 3 on, after those of LISTEN_FDS.")
    private int preserved;

    CreateOptions options(boolean noPivot, boolean trace) {
        if (preserved < 0) {
            throw new InvalidSpecException("--preserve-fds " + preserved + " is not a number of descriptors");
        }
        return new CreateOptions(
                given(consoleSocket),
                new PidOutputs(given(pidFile), given(pidfdSocket)),
                preserved + listened(),
                noPivot,
                trace);
    }

    /** One of these options that was given, and that is not only accepted. */
    Optional<String> given() {
        if (consoleSocket != null) {
            return Optional.of("--console-socket");
        }
        if (pidFile != null) {
            return Optional.of("--pid-file");
        }
        if (pidfdSocket != null) {
            return Optional.of("--pidfd-socket");
        }
        return preserved == 0 ? Optional.empty() : Optional.of("--preserve-fds");
    }

    private static Optional<String> given(String option) {
        return Optional.ofNullable(option).filter(text -> !text.isEmpty());
    }

    /** The number of sockets that systemd has passed to this process, which passes them on; man 3 sd_listen_fds. */
    private static int listened() {
        String count = System.getenv(LISTEN_FDS);
        return count != null && count.matches("[0-9]{1,3}") ? Integer.parseInt(count) : 0;
    }

    /** The bundle with LISTEN_FDS in its environment, if this process has it. */
    Bundle withListenDescriptors(Bundle bundle) {
        return listened() == 0
                ? bundle
                : bundle.with(bundle.spec().withProcess(with(bundle.spec().process())));
    }

    /** The process with LISTEN_FDS in its environment, if this process has it. */
    static Spec.Process with(Spec.Process process) {
        if (listened() == 0) {
            return process;
        }
        List<String> env = new ArrayList<>(process.env());
        env.add(LISTEN_FDS + "=" + listened());
        env.add("LISTEN_PID=1");
        return process.withEnv(env);
    }
}
