package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;

/**
 * Our ends of the pipes that are a command's standard files; none of them waits.
 *
 * @param stdin to write to
 * @param stdout to read from
 * @param stderr to read from
 */
public record CommandPipes(int stdin, int stdout, int stderr) {

    /** Gives them back. */
    public void close(Linux linux) {
        linux.closeAll(stdin, stdout, stderr);
    }
}
