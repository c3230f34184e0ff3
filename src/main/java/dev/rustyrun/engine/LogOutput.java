package dev.rustyrun.engine;

/** Where a log goes that is read. */
public interface LogOutput {

    /**
     * Takes a piece of it.
     *
     * @param stream 1 for standard output, 2 for standard error
     */
    void write(int stream, byte[] bytes);

    /** Is told that something that came here was not kept. */
    void truncated();
}
