package dev.rustyrun.image;

/** Receives the progress of blob transfers, from several threads at once. */
public interface Progress {

    /** Shows nothing. */
    Progress NONE = new Progress() {};

    /** The transfer of a blob of {@code total} bytes begins. */
    default void begin(Digest blob, long total) {}

    /** {@code done} bytes of the blob have been received. */
    default void advance(Digest blob, long done) {}

    /** The blob is complete; {@code wasHere} says whether it was stored before. */
    default void end(Digest blob, boolean wasHere) {}

    /** A message for the user, in one line. */
    default void message(String line) {}
}
