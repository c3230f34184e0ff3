package dev.rustyrun.image;

/** Is told how the transfer of blobs goes on, by several threads at once. */
public interface Progress {

    /** Shows nothing. */
    Progress NONE = new Progress() {};

    /** A blob of {@code total} bytes is wanted. */
    default void begin(Digest blob, long total) {}

    /** {@code done} bytes of it are here. */
    default void advance(Digest blob, long done) {}

    /** It is here. */
    default void end(Digest blob, boolean wasHere) {}

    /** Something that people should know, in one line. */
    default void say(String line) {}
}
