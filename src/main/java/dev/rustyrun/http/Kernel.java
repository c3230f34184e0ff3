package dev.rustyrun.http;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.launch.StageSpawner;
import dev.rustyrun.linux.Linux;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Gives the HTTP side the namespace core. */
final class Kernel {

    @Produces
    @Singleton
    Linux linux() {
        // Finds the folder of libjffi, before the kernel is first called.
        SelfExec.current();
        return Linux.host();
    }

    @Produces
    @Singleton
    SelfExec self() {
        return SelfExec.current();
    }

    @Produces
    @Singleton
    StageSpawner spawner(Linux linux, SelfExec self) {
        return new StageSpawner(linux, self);
    }

    @Produces
    @Singleton
    LaunchTools tools(Linux linux, SelfExec self, StageSpawner spawner) {
        return new LaunchTools(linux, self, spawner, ContainerStore.of(linux));
    }
}
