package dev.rustyrun;

import dev.rustyrun.cli.CommandLineMain;
import dev.rustyrun.launch.ChildStage;
import dev.rustyrun.launch.InitStage;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.linux.Linux;
import io.quarkus.runtime.annotations.QuarkusMain;

/**
 * Where every process of Rustyrun starts. The re-executed stages {@code child} and {@code init} go straight to work:
 * they parse no command tree and never boot Quarkus. Everything else is the command line's.
 */
@QuarkusMain
public final class Rustyrun {

    private Rustyrun() {
    }

    public static void main(String[] args) {
        switch (args.length == 0 ? "" : args[0]) {
            case ChildStage.NAME -> child(args);
            case InitStage.NAME -> init(args);
            default -> CommandLineMain.main(args);
        }
    }

    private static void child(String[] args) {
        SelfExec self = SelfExec.ofStage(args);
        Linux linux = Linux.host();
        linux.exit(new ChildStage(linux, self).perform(Integer.parseInt(args[1])));
    }

    private static void init(String[] args) {
        SelfExec.ofStage(args);
        Linux linux = Linux.host();
        linux.exit(new InitStage(linux).perform());
    }
}
