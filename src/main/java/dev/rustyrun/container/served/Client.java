package dev.rustyrun.container.served;

/** The sender of a request, which may disconnect before the answer. */
public interface Client {

    /** The name shared by all requests of one caller; the launch queue is fair between names. */
    String name();

    /** Whether the client has disconnected. */
    boolean isGone();

    /** Runs {@code work}, which must not block, when the client disconnects; at once if it already has. */
    void onDisconnect(Runnable work);
}
