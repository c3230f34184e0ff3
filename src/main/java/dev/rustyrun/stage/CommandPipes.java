package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;

/**
 * This process's ends of the pipes that are a command's standard files; all are non-blocking.
 *
 * @param stdin write end
 * @param stdout read end
 * @param stderr read end
 */
public record CommandPipes(int stdin, int stdout, int stderr) {

    /** Closes the pipes. */
    public void close(Linux linux) {
        linux.closeAll(stdin, stdout, stderr);
    }
}
