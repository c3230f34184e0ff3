package dev.rustyrun.http;

/** Who has sent a request, and may go before it is answered. */
interface Client {

    /** The same name for all requests of one caller: turns are shared fairly between names. */
    String name();

    /** Whether nobody waits for the answer any more. */
    boolean isGone();

    /** Does {@code work}, which must not wait, once the caller goes; at once when that has happened. */
    void onDeparture(Runnable work);
}
