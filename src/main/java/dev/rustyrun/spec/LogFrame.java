package dev.rustyrun.spec;

/**
 * A piece of a container's output, as its log has it.
 *
 * @param micros the time, in microseconds since 1970
 * @param stream {@link #STDOUT}, {@link #STDERR} or {@link #TRUNCATED}
 * @param bytes the output
 */
public record LogFrame(long micros, byte stream, byte[] bytes) {

    public static final byte STDOUT = 1;
    public static final byte STDERR = 2;
    /** Not a stream: output before this frame was dropped. */
    public static final byte TRUNCATED = 3;

    /** Whether output is missing here. */
    public boolean isTruncated() {
        return stream == TRUNCATED;
    }
}
