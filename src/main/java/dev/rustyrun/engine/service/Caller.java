package dev.rustyrun.engine.service;

import dev.rustyrun.container.served.Client;
import dev.rustyrun.container.served.DisconnectActions;

/**
 * A client that waits for the response to a request. When it disconnects, its command is killed, unless the client may
 * repeat the request; then the disconnect is not reported. Thread-safe.
 */
public final class Caller implements Client {

    private final String name;
    private final DisconnectActions onDisconnect = new DisconnectActions();

    /** @param name the name shared by all requests of one caller */
    public Caller(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    /** Called when the client has disconnected; any thread may call it repeatedly. */
    public void disconnected() {
        onDisconnect.disconnected();
    }

    @Override
    public boolean isGone() {
        return onDisconnect.isGone();
    }

    @Override
    public void onDisconnect(Runnable work) {
        onDisconnect.add(work);
    }
}
