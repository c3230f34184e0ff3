package dev.rustyrun.engine.service;

import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.files.ContainerFiles;
import dev.rustyrun.container.supervised.AttemptFeed;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.DataFolder;
import dev.rustyrun.container.supervised.Listener;
import dev.rustyrun.container.supervised.Watches;
import dev.rustyrun.container.watch.Clearing;
import dev.rustyrun.container.watch.FileWatch;
import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.container.watch.Steps;
import dev.rustyrun.container.watch.Timers;
import dev.rustyrun.engine.ContainerPorts;
import dev.rustyrun.engine.ImageSources;
import dev.rustyrun.engine.ServedImages;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.List;

/** Provides the objects of the packages below to the service's classes. */
final class Components {

    @Produces
    @Singleton
    LaunchTools tools() {
        return LaunchTools.ofService();
    }

    @Produces
    @Singleton
    PollLoop loop(LaunchTools tools) {
        return new PollLoop(tools.linux());
    }

    void stop(@Observes ShutdownEvent event, PollLoop loop) {
        loop.stop();
    }

    @Produces
    @Singleton
    FileWatch files(LaunchTools tools, PollLoop loop) {
        return new FileWatch(tools.linux(), loop);
    }

    @Produces
    @Singleton
    Steps steps() {
        return new Steps();
    }

    @Produces
    @Singleton
    AnswerSteps answerSteps(Steps steps) {
        return steps::wakeable;
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
    Watches watches(PollLoop loop, FileWatch files, Steps steps, Timers timers) {
        return new Watches(loop, files, steps, timers);
    }

    @Produces
    @Singleton
    Containers containers(LaunchTools tools, ServeConfig config, Watches watches, Listener listener) {
        Path root = Path.of(config.dataFolder().orElse(tools.store().folder() + "/.containers"));
        return new Containers(tools, root.toAbsolutePath(), watches, listener);
    }

    /** Started after {@link Opening}: the directory of containers exists then, and is locked by this service. */
    void readAttempts(
            @Observes StartupEvent event, LaunchTools tools, PollLoop loop, Containers containers, Listener listener) {
        new AttemptFeed(tools.linux(), loop, containers.attempts(), listener::attempted).start();
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
