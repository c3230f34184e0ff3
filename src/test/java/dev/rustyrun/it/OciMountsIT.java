package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts that only config.json can ask for, not the options of {@code run}. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class OciMountsIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static Launcher.Result run(OciBundle bundle) {
        return bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box");
    }

    /** The mount at {@code destination} in config.json. */
    private static ObjectNode mountAt(JsonNode config, String destination) {
        for (JsonNode mount : config.get("mounts")) {
            if (mount.get("destination").textValue().equals(destination)) {
                return (ObjectNode) mount;
            }
        }
        throw new IllegalArgumentException(destination);
    }

    private static void removeNamespace(JsonNode config, String type) {
        for (Iterator<JsonNode> all = config.get("linux").get("namespaces").elements(); all.hasNext(); ) {
            if (all.next().get("type").textValue().equals(type)) {
                all.remove();
            }
        }
    }

    @Test
    void a_read_only_dev_is_complete() {
        try (OciBundle bundle = new OciBundle(
                "sh",
                "-c",
                "grep '^tmpfs /dev ' /proc/mounts; ls /dev/null /dev/fd /dev/pts/ptmx;"
                        + " touch /dev/shm/x && ! touch /dev/x")) {
            bundle.edit(config -> mountAt(config, "/dev").withArray("options").add("ro"));
            Launcher.Result result = run(bundle).expect(0);
            assertTrue(result.out().startsWith("tmpfs /dev tmpfs ro,nosuid"), result.out());
            assertTrue(result.err().contains("Read-only file system"), result.err());
        }
    }

    /** A bundle with its own rootfs, in which an earlier mount covers {@code /src}. */
    private static OciBundle covered(String options, boolean maps) throws IOException {
        OciBundle bundle = new OciBundle("sh", "-c", "ls /data && stat -c %u /data/*");
        Files.createDirectories(bundle.file("over"));
        Files.writeString(bundle.file("over/second"), "2");
        Path rootfs = bundle.file("rootfs");
        Launcher.execute(
                        List.of(
                                "sh",
                                "-ec",
                                "cp -a $0 $1; mkdir $1/src; touch $1/src/first; chmod 755 $2",
                                Launcher.busybox().toString(),
                                rootfs.toString(),
                                bundle.directory().toString()),
                        "")
                .expect(0);
        return bundle.edit(config -> {
            ((ObjectNode) config.get("root")).put("path", rootfs.toString());
            bind(config, bundle.file("over").toString(), "/src", "bind");
            ObjectNode data = bind(config, rootfs + "/src", "/data", options);
            for (String kind : maps ? List.of("uidMappings", "gidMappings") : List.<String>of()) {
                data.putArray(kind)
                        .addObject()
                        .put("containerID", 0)
                        .put("hostID", 100_000)
                        .put("size", 65_536);
            }
        });
    }

    private static ObjectNode bind(ObjectNode config, String source, String destination, String options) {
        ObjectNode mount = config.withArray("mounts")
                .addObject()
                .put("destination", destination)
                .put("type", "bind")
                .put("source", source);
        List.of(options.split(",")).forEach(mount.putArray("options")::add);
        return mount;
    }

    @Test
    void C13_a_source_in_the_rootfs_is_seen_behind_an_earlier_mount() throws IOException {
        for (String options : List.of("bind", "rbind", "rbind,rshared")) {
            try (OciBundle bundle = covered(options, false)) {
                assertEquals("second\n0\n", run(bundle).expect(0).out(), options);
            }
        }
    }

    @Test
    void C13_an_id_mapped_source_is_seen_too() throws IOException {
        for (String options : List.of("bind,idmap", "rbind,ridmap")) {
            try (OciBundle bundle = covered(options, true)) {
                assertEquals("second\n100000\n", run(bundle).expect(0).out(), options);
                bundle.edit(config -> OciBundle.addUserNamespace(config, 100_000));
                assertEquals("second\n0\n", run(bundle).expect(0).out(), options);
            }
        }
    }

    @Test
    void a_link_is_copied_and_a_file_is_mounted(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "of the host\n");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("../zone/here"));
        try (OciBundle bundle = new OciBundle("sh", "-c", "readlink /made/deep/link; cat /made/file")) {
            bundle.edit(config -> {
                for (Path source : List.of(link, file)) {
                    ArrayNode mounts = (ArrayNode) config.get("mounts");
                    mounts.addObject()
                            .put("destination", source.equals(link) ? "/made/deep/link" : "/made/file")
                            .put("source", source.toString())
                            .putArray("options")
                            .add("bind")
                            .add("copy-symlink");
                }
            });
            assertEquals("../zone/here\nof the host\n", run(bundle).expect(0).out());
            assertEquals("../zone/here\nof the host\n", run(bundle).expect(0).out(), "the same link is there already");
            Files.delete(link);
            Files.createSymbolicLink(link, Path.of("elsewhere"));
            assertTrue(run(bundle).expect(1).errorLine().contains("the container has another link at /made/deep/link"));
        }
    }

    @Test
    void a_link_replaces_a_default_link_but_neither_a_device_nor_a_file(@TempDir Path folder) throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("../zone/here"));
        assertEquals("../zone/here\n", runWithCopy(link, "/dev/fd").expect(0).out());
        String device = runWithCopy(link, "/dev/null").expect(1).errorLine();
        assertTrue(device.contains("/dev/null already exists and is a symbolic link: remove it"), device);
        String directory = runWithCopy(link, "/dev/shm").expect(1).errorLine();
        assertTrue(directory.contains("/dev/shm already exists and is no link: remove it"), directory);
    }

    private static Launcher.Result runWithCopy(Path link, String destination) {
        try (OciBundle bundle = new OciBundle("readlink", destination)) {
            bundle.edit(config -> ((ArrayNode) config.get("mounts"))
                    .addObject()
                    .put("destination", destination)
                    .put("source", link.toString())
                    .putArray("options")
                    .add("bind")
                    .add("copy-symlink"));
            return run(bundle);
        }
    }

    @Test
    void a_link_that_the_container_may_not_read_is_not_mounted_instead(@TempDir Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(folder.resolve("file"), "of the host\n");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));
        try (OciBundle bundle = new OciBundle("cat", "/link")) {
            bundle.edit(config -> {
                OciBundle.addUserNamespace(config, 200_000);
                ((ArrayNode) config.get("mounts"))
                        .addObject()
                        .put("destination", "/link")
                        .put("source", link.toString())
                        .putArray("options")
                        .add("bind")
                        .add("copy-symlink");
            });
            String error = run(bundle).expect(1).errorLine();
            assertTrue(error.contains("readlink") && error.contains("EACCES"), error);
        }
    }

    @Test
    void the_hosts_proc_can_be_shown_at_proc_and_is_masked_there() {
        try (OciBundle bundle = new OciBundle(
                "sh",
                "-c",
                "cat /proc/1/comm; cat /proc/keys; grep -c ' /proc proc ' /proc/mounts;"
                        + " ! echo > /proc/sys/kernel/domainname")) {
            bundle.edit(config -> {
                removeNamespace(config, "pid");
                ObjectNode proc = mountAt(config, "/proc").put("type", "none").put("source", "/proc");
                proc.withArray("options")
                        .removeAll()
                        .add("rbind")
                        .add("nosuid")
                        .add("noexec")
                        .add("nodev");
            });
            Launcher.Result result = run(bundle).expect(0);
            assertEquals(Host.read("/proc/1/comm") + "1\n", result.out(), "it is the host's, its keys hidden");
            assertTrue(result.err().contains("Read-only file system"), result.err());
        }
    }

    @Test
    void nothing_but_a_whole_proc_can() {
        for (String source : new String[] {"/proc/sys", "/sys", "/etc/passwd"}) {
            try (OciBundle bundle = new OciBundle("true")) {
                bundle.edit(
                        config -> mountAt(config, "/proc").put("type", "bind").put("source", source));
                String line = run(bundle).expect(1).errorLine();
                assertTrue(line.contains("only the root of a proc file system may be shown there"), line);
            }
        }
    }
}
