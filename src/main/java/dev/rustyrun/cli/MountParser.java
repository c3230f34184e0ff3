package dev.rustyrun.cli;

import dev.rustyrun.request.LaunchSpec;
import dev.rustyrun.request.Volume;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses {@code --volume} and {@code --mount} with the syntax of docker and podman. */
final class MountParser {

    private MountParser() {}

    /** The bind mount for {@code volume}. */
    static Spec.Mount volume(Volume volume) {
        return bind(volume.source(), volume.target(), volume.options());
    }

    /** Parses {@code type=bind,source=SRC,target=DST[,ro][,OPTION...]}, with docker's abbreviated keys. */
    static Spec.Mount mount(String text) {
        Map<String, String> keys = new LinkedHashMap<>();
        List<String> options = new ArrayList<>();
        for (String word : text.split(",")) {
            String[] pair = word.split("=", 2);
            switch (pair[0]) {
                case "type", "source", "target" -> keys.put(pair[0], value(text, pair));
                case "src" -> keys.put("source", value(text, pair));
                case "dst", "destination" -> keys.put("target", value(text, pair));
                case "readonly" -> options.add("ro");
                case "bind-propagation" -> options.add(value(text, pair));
                case "tmpfs-size" -> options.add("size=" + value(text, pair));
                case "tmpfs-mode" -> options.add("mode=" + value(text, pair));
                default -> options.add(word);
            }
        }
        String target = required(text, keys, "target");
        return switch (keys.getOrDefault("type", "bind")) {
            case "bind" -> bind(required(text, keys, "source"), target, options);
            case "tmpfs" -> LaunchSpec.tmpfs(target, options);
            case "cgroup" -> cgroup(target, options);
            default ->
                throw new InvalidSpecException(
                        "mount \"" + text + "\": type " + keys.get("type") + " is not bind, tmpfs or cgroup");
        };
    }

    private static Spec.Mount bind(String source, String target, List<String> options) {
        List<String> all = new ArrayList<>(options);
        if (!all.contains("bind")) {
            all.add(0, "rbind");
            // A read-only directory includes the mounts below it.
            all.replaceAll(option -> option.equals("ro") ? "rro" : option);
        }
        return checked(new Spec.Mount(target, "bind", absolute(source), all));
    }

    private static String absolute(String source) {
        try {
            Path path = Path.of(source);
            if (source.indexOf('/') < 0 && !Files.exists(path)) {
                throw new InvalidSpecException("named volumes are not supported, and there is no file " + source
                        + " in this directory: give a host directory, such as ./" + source);
            }
            return path.toAbsolutePath().normalize().toString();
        } catch (InvalidPathException e) {
            throw new InvalidSpecException("mount source \"" + source + "\" is not a path: " + e.getReason());
        }
    }

    private static Spec.Mount cgroup(String target, List<String> options) {
        List<String> all = new ArrayList<>(List.of("nosuid", "noexec", "nodev"));
        all.addAll(options);
        return new Spec.Mount(target, "cgroup", "cgroup", all);
    }

    /** A bind mount passes no data to a file system, so that an option unknown to mount(8) is an error. */
    private static Spec.Mount checked(Spec.Mount mount) {
        String unknown = dev.rustyrun.spec.MountOptions.parse(mount.options()).data();
        if (!unknown.isEmpty()) {
            throw new InvalidSpecException("mount on " + mount.destination() + ": unknown option " + unknown
                    + (unknown.equalsIgnoreCase("z") ? "; leave it out: files get no SELinux labels" : ""));
        }
        return mount;
    }

    private static String value(String text, String[] pair) {
        if (pair.length < 2 || pair[1].isEmpty()) {
            throw new InvalidSpecException("mount \"" + text + "\": " + pair[0] + " has no value");
        }
        return pair[1];
    }

    private static String required(String text, Map<String, String> keys, String key) {
        if (!keys.containsKey(key)) {
            throw new InvalidSpecException("mount \"" + text + "\" has no " + key);
        }
        return keys.get(key);
    }
}
