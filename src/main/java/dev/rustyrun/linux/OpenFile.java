package dev.rustyrun.linux;

/** An open descriptor that is closed at the end of a try block. */
public final class OpenFile implements AutoCloseable {

    private final Linux linux;
    private final int descriptor;

    public OpenFile(Linux linux, int descriptor) {
        this.linux = linux;
        this.descriptor = descriptor;
    }

    public int descriptor() {
        return descriptor;
    }

    /** A path to the open file itself, even if its name now leads to another file; man 5 proc, {@code /proc/pid/fd}. */
    public String path() {
        return "/proc/self/fd/" + descriptor;
    }

    @Override
    public void close() {
        linux.close(descriptor);
    }
}
