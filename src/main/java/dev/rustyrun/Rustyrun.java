package dev.rustyrun;

import dev.rustyrun.cli.CommandLineMain;
import dev.rustyrun.cli.MonitoredLaunch;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.container.StoreProcess;
import dev.rustyrun.container.supervised.Monitor;
import dev.rustyrun.engine.CommandProcess;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.http.Service;
import dev.rustyrun.linux.GivenBytes;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.network.ProxyMain;
import dev.rustyrun.network.cni.CniMain;
import dev.rustyrun.stage.ChildStage;
import dev.rustyrun.stage.InitStage;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StageSpawner;
import dev.rustyrun.stage.ZygoteStage;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The entry point of every process of Rustyrun. The re-executed stages {@code child} and {@code init} start at once:
 * they build no picocli command tree and never boot Quarkus. All other arguments are handled by {@link
 * CommandLineMain}.
 */
@QuarkusMain
public final class Rustyrun {

    /** The first argument of a process that changes the image store; see {@link StoreProcess}. */
    private static final String STORE = "store";

    private Rustyrun() {}

    public static void main(String[] args) {
        switch (args.length == 0 ? "" : args[0]) {
            case ChildStage.NAME, ChildStage.COPYING, InitStage.NAME, ZygoteStage.NAME, ZygoteStage.PROTECTED ->
                stage(args);
            case StageSpawner.MONITOR -> monitor(args);
            case STORE -> store(args);
            case ProxyMain.NAME -> proxy(args);
            case CniMain.NAME -> network(args);
            default -> commandLine(args);
        }
    }

    private static void commandLine(String[] args) {
        Optional<String> wrong = GivenBytes.wrongArgument(List.of(args));
        if (wrong.isPresent()) {
            System.err.println("rustyrun: " + wrong.get());
            Runtime.getRuntime().halt(EngineContext.FAILED);
        }
        CommandLineMain.main(args, Service::run);
    }

    /** The monitor reports only through the container's directory; its standard error is stored there too. */
    private static void monitor(String[] args) {
        SelfExec self = self(args);
        Linux linux = host(e -> "rustyrun: " + e.getMessage());
        MonitoredLaunch launch = new MonitoredLaunch(new CommandProcess(new OwnProcess(linux, self)));
        try {
            linux.exit(new Monitor(linux, self, launch::read, args[1]).perform());
        } catch (RuntimeException | Error e) {
            // If the container has not begun, the first line becomes its result; the stack trace is for developers.
            System.err.println(Printable.line("rustyrun: " + e.getMessage()));
            e.printStackTrace();
            Runtime.getRuntime().halt(EngineContext.FAILED);
        }
    }

    private static void store(String[] args) {
        self(args);
        Linux linux = host(e -> "rustyrun: " + e.getMessage());
        linux.exit(StoreProcess.perform(linux, args[1]));
    }

    /** Its standard error receives reports of the proxy, each a line of JSON. */
    private static void proxy(String[] args) {
        self(args);
        Linux linux = host(e -> ProxyMain.failure(args, e));
        linux.exit(ProxyMain.perform(linux, args));
    }

    private static void network(String[] args) {
        self(args);
        Linux linux = host(e -> "rustyrun: " + e.getMessage());
        linux.exit(CniMain.perform(linux, args));
    }

    /** The kernel. If the library for its calls is missing, this process ends with one line. */
    private static Linux host(Function<UnsatisfiedLinkError, String> line) {
        try {
            return Linux.host();
        } catch (UnsatisfiedLinkError e) {
            System.err.println(Printable.line(line.apply(e).strip()));
            Runtime.getRuntime().halt(EngineContext.FAILED);
            throw e;
        }
    }

    private static SelfExec self(String[] args) {
        try {
            return SelfExec.ofStage(args);
        } catch (IllegalArgumentException e) {
            System.err.println(Printable.line("rustyrun: " + e.getMessage()));
            Runtime.getRuntime().halt(EngineContext.FAILED);
            throw e;
        }
    }

    private static void stage(String[] args) {
        try {
            SelfExec self = SelfExec.ofStage(args);
            Linux linux = Linux.host();
            linux.exit(
                    switch (args[0]) {
                        case ChildStage.NAME, ChildStage.COPYING ->
                            new ChildStage(linux, self, args[0]).perform(Integer.parseInt(args[1]));
                        case InitStage.NAME -> new InitStage(linux).perform();
                        default -> new ZygoteStage(linux, self).perform(args[0], Integer.parseInt(args[1]));
                    });
        } catch (RuntimeException | Error e) {
            System.err.println(Printable.line("rustyrun: " + e.getMessage()));
            Runtime.getRuntime().halt(EngineContext.FAILED);
        }
    }
}
