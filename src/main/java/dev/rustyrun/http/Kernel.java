package dev.rustyrun.http;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.files.ContainerFiles;
import dev.rustyrun.container.supervised.AttemptFeed;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.DataFolder;
import dev.rustyrun.container.supervised.Watches;
import dev.rustyrun.container.watch.Clearing;
import dev.rustyrun.container.watch.FileWatch;
import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.container.watch.Steps;
import dev.rustyrun.container.watch.Timers;
import dev.rustyrun.engine.ContainerPorts;
import dev.rustyrun.engine.ImageSources;
import dev.rustyrun.engine.ServedImages;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StageSpawner;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.List;

/** Provides the kernel interface and the launch code to the HTTP classes. */
final class Kernel {

    @Produces
    @Singleton
    Linux linux() {
        // Determines libjffi's directory, which must happen before the first kernel call.
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
    PollLoop loop(Linux linux) {
        return new PollLoop(linux);
    }

    void stop(@Observes ShutdownEvent event, PollLoop loop) {
        loop.stop();
    }

    @Produces
    @Singleton
    FileWatch files(Linux linux, PollLoop loop) {
        return new FileWatch(linux, loop);
    }

    @Produces
    @Singleton
    Steps steps() {
        return new Steps();
    }

    @Produces
    @Singleton
    Timers timers() {
        return new Timers();
    }

    @Produces
    @Singleton
    Clearing clearing(Timers timers, Steps steps) {
        return new Clearing(timers, steps);
    }

    @Produces
    @Singleton
    LaunchTools tools(Linux linux, SelfExec self, StageSpawner spawner) {
        return new LaunchTools(linux, self, spawner, ContainerStore.of(linux));
    }

    @Produces
    @Singleton
    Watches watches(PollLoop loop, FileWatch files, Steps steps, Timers timers) {
        return new Watches(loop, files, steps, timers);
    }

    @Produces
    @Singleton
    Containers containers(LaunchTools tools, ServeConfig config, Watches watches, Events events) {
        Path root = Path.of(config.dataFolder().orElse(tools.store().folder() + "/.containers"));
        return new Containers(tools, root.toAbsolutePath(), watches, events);
    }

    /** Started after {@link Opening}: the directory of containers exists then, and is locked by this service. */
    void hear(@Observes StartupEvent event, LaunchTools tools, PollLoop loop, Containers containers, Events events) {
        new AttemptFeed(tools.linux(), loop, containers.attempts(), events::attempted).start();
    }

    @Produces
    @Singleton
    DataFolder folder(LaunchTools tools, Containers containers) {
        return new DataFolder(tools, containers);
    }

    @Produces
    @Singleton
    ServedImages images(LaunchTools tools, ServeConfig config) {
        ImageSources sources = ImageSources.parse(
                config.imageSources().orElse(List.of()), config.warmImages().orElse(List.of()));
        return new ServedImages(tools, sources, config.pulls());
    }

    void stopPulls(@Observes ShutdownEvent event, ServedImages images) {
        images.stop();
    }

    @Produces
    @Singleton
    ContainerFiles containerFiles(LaunchTools tools, Containers containers) {
        return new ContainerFiles(tools.linux(), tools.self(), tools.store(), containers);
    }

    @Produces
    @Singleton
    ContainerPorts ports(Containers containers) {
        return new ContainerPorts(containers);
    }
}
