package dev.rustyrun.http;

/** The sender of a request, which may disconnect before the answer. */
interface Client {

    /** The same name for all requests of one caller: the queue is fair between names. */
    String name();

    /** Whether nobody waits for the answer any more. */
    boolean isGone();

    /** Runs {@code work}, which must not wait, when the caller disconnects; at once if that has happened. */
    void onDeparture(Runnable work);
}
