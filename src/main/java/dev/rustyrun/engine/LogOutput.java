package dev.rustyrun.engine;

/** Receives a log. */
public interface LogOutput {

    /**
     * Receives a piece of output.
     *
     * @param stream 1 for standard output, 2 for standard error
     */
    void write(int stream, byte[] bytes);

    /** Called where output is missing because it was not stored. */
    void truncated();
}
