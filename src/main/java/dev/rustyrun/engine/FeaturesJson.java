package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.MemoryPolicy;
import dev.rustyrun.spec.MountOptions;
import dev.rustyrun.spec.OciVersion;
import dev.rustyrun.spec.Seccomp;
import dev.rustyrun.spec.Spec;
import java.util.List;

/**
 * The features that Rustyrun implements, in the specification's format; runtime-spec features.md and features-linux.md.
 * They do not depend on the machine; {@code rustyrun doctor} checks that.
 */
public final class FeaturesJson {

    /** The annotation with the program's version. */
    public static final String VERSION_ANNOTATION = "dev.rustyrun.version";

    private FeaturesJson() {}

    /**
     * The features as JSON.
     *
     * @param version version of the program
     */
    public static String write(String version) {
        ObjectNode features = JsonNodeFactory.instance.objectNode();
        features.put("ociVersionMin", OciVersion.OLDEST).put("ociVersionMax", OciVersion.NEWEST);
        words(
                features.putArray("hooks"),
                List.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"));
        words(features.putArray("mountOptions"), MountOptions.words());
        linux(features.putObject("linux"));
        features.putObject("annotations").put(VERSION_ANNOTATION, version);
        words(
                features.putArray("potentiallyUnsafeConfigAnnotations"),
                List.of(
                        Spec.CGROUPS_ANNOTATION,
                        Spec.EPHEMERAL_ANNOTATION,
                        Spec.IDMAP_ROOTFS_ANNOTATION,
                        Spec.INIT_ANNOTATION,
                        Spec.UNIT_PROPERTY_ANNOTATIONS,
                        Spec.ALLOW_ANNOTATION,
                        ConnectedNetwork.ANNOTATION,
                        ConnectedNetwork.PORTS_ANNOTATION,
                        Spec.KEEP_GROUPS_ANNOTATION));
        return features.toPrettyString() + "\n";
    }

    private static void linux(ObjectNode linux) {
        ArrayNode namespaces = linux.putArray("namespaces");
        for (NamespaceType type : NamespaceType.values()) {
            namespaces.add(type.word());
        }
        ArrayNode capabilities = linux.putArray("capabilities");
        for (Capability capability : Capability.values()) {
            capabilities.add(capability.name());
        }
        linux.putObject("cgroup")
                .put("v1", true)
                .put("v2", true)
                .put("systemd", true)
                .put("systemdUser", true)
                .put("rdma", true);
        seccomp(linux.putObject("seccomp"));
        linux.putObject("apparmor").put("enabled", true);
        linux.putObject("selinux").put("enabled", true);
        linux.putObject("intelRdt").put("enabled", false);
        memoryPolicy(linux.putObject("memoryPolicy"));
        linux.putObject("netDevices").put("enabled", true);
        linux.putObject("mountExtensions").putObject("idmap").put("enabled", true);
    }

    private static void memoryPolicy(ObjectNode policy) {
        ArrayNode modes = policy.putArray("modes");
        for (MemoryPolicy.Mode mode : MemoryPolicy.Mode.values()) {
            modes.add(mode.name());
        }
        ArrayNode flags = policy.putArray("flags");
        for (MemoryPolicy.Flag flag : MemoryPolicy.Flag.values()) {
            flags.add(flag.name());
        }
    }

    private static void seccomp(ObjectNode seccomp) {
        seccomp.put("enabled", true);
        ArrayNode actions = seccomp.putArray("actions");
        for (Seccomp.Action action : Seccomp.Action.values()) {
            actions.add(action.word());
        }
        ArrayNode operators = seccomp.putArray("operators");
        for (Seccomp.Operator operator : Seccomp.Operator.values()) {
            operators.add(operator.word());
        }
        ArrayNode archs = seccomp.putArray("archs");
        for (Seccomp.Arch arch : Seccomp.Arch.values()) {
            archs.add(arch.word());
        }
        for (String list : List.of("knownFlags", "supportedFlags")) {
            ArrayNode flags = seccomp.putArray(list);
            for (Seccomp.Flag flag : Seccomp.Flag.values()) {
                flags.add(flag.word());
            }
        }
    }

    private static void words(ArrayNode array, List<String> words) {
        words.forEach(array::add);
    }
}
