package dev.rustyrun.network.cni;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.UserFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The folders of CNI configurations and plugins.
 *
 * @param configurations the folders of network configurations, in search order
 * @param plugins the folders of plugins, in search order
 */
record CniFolders(List<String> configurations, List<String> plugins) {

    private static final List<String> CONFIGURATIONS = List.of("/etc/cni/net.d");
    private static final List<String> PLUGINS = List.of("/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni");
    private static final int MAX_FILE = 1024 * 1024;
    private static final int MAX_FILES = 1000;

    CniFolders {
        configurations = List.copyOf(configurations);
        plugins = List.copyOf(plugins);
    }

    /**
     * Parses lists of folders, separated by colons.
     *
     * @param configurations empty for the default folder
     * @param plugins empty for the default folders
     */
    static CniFolders of(String configurations, String plugins) {
        return new CniFolders(folders(configurations, CONFIGURATIONS), folders(plugins, PLUGINS));
    }

    private static List<String> folders(String path, List<String> defaults) {
        List<String> given = Stream.of(path.split(":"))
                .filter(folder -> folder.startsWith("/"))
                .toList();
        return given.isEmpty() ? defaults : given;
    }

    /**
     * Finds the network {@code name}: the first match, in the order of the folders and the file names.
     *
     * @throws CniException when it is missing or invalid
     */
    CniNetwork network(Linux linux, String name) {
        TreeSet<String> others = new TreeSet<>();
        for (Path file : files()) {
            ObjectNode whole;
            try {
                whole = CniJson.object(file.toString(), UserFile.read(linux, file.toString(), MAX_FILE));
            } catch (LinuxException | CniException e) {
                // The unreadable file may have the wanted network, so the error message below lists it.
                others.add("(" + e.getMessage() + ")");
                continue;
            }
            if (CniNetwork.nameIn(whole).equals(name)) {
                return CniNetwork.of(file.toString(), whole);
            }
            others.add(Printable.shown(CniNetwork.nameIn(whole)));
        }
        throw new CniException("no CNI network " + Printable.quoted(name) + " in " + String.join(":", configurations)
                + (others.isEmpty() ? ": found none" : ": found " + String.join(", ", others)));
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        for (String folder : configurations) {
            try (Stream<Path> all = Files.list(Path.of(folder))) {
                all.filter(file -> file.toString().matches("(?s).*\\.(conflist|conf|json)"))
                        .sorted()
                        .limit(MAX_FILES)
                        .forEach(files::add);
            } catch (IOException e) {
                // The folder may be missing.
            }
        }
        return files;
    }

    /**
     * The path of the plugin {@code type}.
     *
     * @throws CniException when it is missing
     */
    String plugin(Linux linux, String type) {
        for (String folder : plugins) {
            if (linux.exists(folder + "/" + type)) {
                return folder + "/" + type;
            }
        }
        throw new CniException("the CNI plugin " + type + " is not in " + String.join(":", plugins)
                + ": install it, as by the package containernetworking-plugins, or set CNI_PATH");
    }
}
