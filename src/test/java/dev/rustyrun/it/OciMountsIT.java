package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Mounts that a config.json asks for, and {@code run}'s own options cannot. Needs root. */
class OciMountsIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static Launcher.Result run(OciBundle bundle) {
        return bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box");
    }

    /** Its mount at {@code destination}. */
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
    void a_read_only_dev_has_all_that_belongs_into_it() {
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
                String line = run(bundle).expect(125).errorLine();
                assertTrue(line.contains("only the root of a proc file system may be shown there"), line);
            }
        }
    }
}
