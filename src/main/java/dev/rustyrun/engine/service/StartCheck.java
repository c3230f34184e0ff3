package dev.rustyrun.engine.service;

import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.InvalidSpecException;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.File;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.microprofile.config.ConfigProvider;

/** Stops the start with invalid settings. */
@Singleton
final class StartCheck {

    private static final int FIRST = 1;
    static final List<String> SWITCHES = List.of(
            "rustyrun.keep-files",
            "rustyrun.allow-host-network",
            "rustyrun.allow-private-network",
            "rustyrun.stop-containers");
    private static final Set<String> ON_OR_OFF =
            Set.of("true", "false", "yes", "no", "on", "off", "1", "0", "t", "f", "y", "n");

    private final LaunchTools tools;
    private final ServeConfig config;
    private final RootfsFolder folder;

    StartCheck(LaunchTools tools, ServeConfig config, RootfsFolder folder) {
        this.tools = tools;
        this.config = config;
        this.folder = folder;
    }

    void start(@Observes @Priority(FIRST) StartupEvent event) {
        check(config);
        checkSwitches(name -> ConfigProvider.getConfig().getOptionalValue(name, String.class));
        checkUser();
        File place = folder.folder();
        if (!place.isDirectory()) {
            throw new InvalidSpecException("the folder of root file systems " + place
                    + " does not exist: set another one with --rootfs-folder");
        }
        config.dataFolder().ifPresent(StartCheck::checkWritable);
        checkStorage(config.storage()).ifPresent(name -> ContainerLayers.checkLimited(tools.linux(), name));
    }

    /** A service of an ordinary user would refuse all launches, because limits and isolation need root. */
    private void checkUser() {
        if (!tools.isRoot()) {
            throw new InvalidSpecException("serve needs root, of the host or of a container (docs/sidecar.md);"
                    + " rustyrun run works for every user");
        }
    }

    /**
     * Checks the numeric settings.
     *
     * @throws InvalidSpecException for the first invalid setting
     */
    static void check(ServeConfig config) {
        atLeast("rustyrun.concurrent", config.concurrent(), 1);
        atLeast("rustyrun.queue", config.queue(), 0);
        atLeast("rustyrun.queue-seconds", config.queueSeconds(), 0);
        atLeast("rustyrun.drain-seconds", config.drainSeconds(), 0);
        atLeast("rustyrun.pulls", config.pulls(), 1);
        atLeast("rustyrun.warm", config.warm(), 0);
        within(
                "memory",
                size("memory.default", config.memory().defaultValue()),
                size("memory.max", config.memory().max()));
        within(
                "output",
                size("output.default", config.output().defaultValue()),
                size("output.max", config.output().max()));
        within(
                "pids",
                BigDecimal.valueOf(config.pids().defaultValue()),
                BigDecimal.valueOf(config.pids().max()));
        checkStorage(config.storage()).filter(name -> !config.keepFiles()).ifPresent(name -> {
            throw new InvalidSpecException(name + " limits files on disk: also set rustyrun.keep-files=true");
        });
        within("cpus", config.cpus().defaultValue(), config.cpus().max());
        within(
                "timeout-seconds",
                config.timeout().defaultValue(),
                config.timeout().max());
    }

    /** Checks the settings that are on or off: the configuration library treats every other word as off. */
    static void checkSwitches(Function<String, Optional<String>> values) {
        for (String name : SWITCHES) {
            values.apply(name)
                    .filter(word -> !ON_OR_OFF.contains(word.strip().toLowerCase(Locale.ROOT)))
                    .ifPresent(word -> {
                        throw new InvalidSpecException(name + "=" + word + " must be true or false");
                    });
        }
    }

    /** Checks the storage limits; returns the name of the setting that limits storage, if any. */
    private static Optional<String> checkStorage(ServeConfig.Storage storage) {
        Optional<BigDecimal> max = storage.max().map(text -> storage("storage.max", text));
        Optional<BigDecimal> defaultValue = storage.defaultValue().map(text -> storage("storage.default", text));
        defaultValue.ifPresent(size -> within("storage", size, max.orElse(size)));
        return max.map(size -> "rustyrun.storage.max").or(() -> defaultValue.map(size -> "rustyrun.storage.default"));
    }

    private static BigDecimal storage(String name, String text) {
        BigDecimal bytes = size(name, text);
        if (bytes.longValue() < LaunchRequest.MIN_STORAGE) {
            throw new InvalidSpecException("rustyrun." + name + "=" + text + " must be at least 64k");
        }
        return bytes;
    }

    private static void atLeast(String name, int value, int min) {
        if (value < min) {
            throw new InvalidSpecException(name + "=" + value + " must be at least " + min);
        }
    }

    private static BigDecimal size(String name, String text) {
        return BigDecimal.valueOf(ByteSize.configured("rustyrun." + name, text));
    }

    private static void within(String name, BigDecimal defaultValue, BigDecimal max) {
        if (defaultValue.signum() <= 0 || defaultValue.compareTo(max) > 0) {
            throw new InvalidSpecException("rustyrun." + name + ".default=" + defaultValue.toPlainString()
                    + " must be greater than 0, and at most rustyrun." + name + ".max=" + max.toPlainString());
        }
    }

    private static void checkWritable(String folder) {
        Path path = Path.of(folder).toAbsolutePath();
        Path there = path;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there) || there.startsWith("/proc")) {
            throw new InvalidSpecException("the data folder " + path + " cannot be created: " + there
                    + " is not a writable directory; set another data folder with --data-folder");
        }
    }
}
