package dev.rustyrun.it;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests of containers in a {@link NetworkWorld}. They need root, ip(8) and dnsmasq. */
abstract class InNetworkWorld {

    static NetworkWorld world;

    @BeforeAll
    static void makeWorld() {
        Launcher.requireRoot();
        world = new NetworkWorld();
    }

    @AfterAll
    static void removeWorld() {
        if (world != null) {
            world.close();
        }
    }
}
