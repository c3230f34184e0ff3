package dev.rustyrun.oci;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.OciVersion;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.Spec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a bundle's {@code config.json}, as defined by the OCI runtime specification 1.x for Linux. Unknown fields are
 * ignored; an invalid value of a known field is an error that names the field's path. Conditions that span several
 * fields, or that also apply to command-line flags, are left to {@link dev.rustyrun.spec.SpecValidator}.
 */
public final class ConfigJson {

    private final Path bundle;
    private final List<String> warnings = new ArrayList<>();
    private final HostFeatures host;

    private ConfigJson(Path bundle, HostFeatures host) {
        this.bundle = bundle.toAbsolutePath();
        this.host = host;
    }

    /**
     * The contents of a config.json.
     *
     * @param ociVersion the version of the specification that the file names
     * @param warnings deviations from the specification that are no reason to reject the file; one line each
     */
    public record Config(String ociVersion, Spec spec, List<String> warnings) {
        public Config {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Parses a config.json.
     *
     * @param bundle the directory of config.json, to which its paths are relative
     * @throws dev.rustyrun.spec.InvalidSpecException when it is not JSON, or a value is invalid: the message names the
     * field
     */
    public static Spec parse(String json, Path bundle) {
        return read(json, bundle).spec();
    }

    /** Parses a config.json, see {@link #parse}, and returns its warnings, too. */
    public static Config read(String json, Path bundle) {
        return read(json, bundle, HostFeatures.current());
    }

    static Config read(String json, Path bundle, HostFeatures host) {
        JsonField config = new JsonField("", JsonText.tree("config.json", json));
        if (!config.node().isObject()) {
            throw new JsonField("config.json", config.node()).wrong("is not an object");
        }
        return new ConfigJson(bundle, host).config(config);
    }

    /**
     * Parses a process, as in config.json or in the file for {@code exec --process}.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when it is not JSON, or a value is invalid: the message names the
     * field
     */
    public static Spec.Process process(String json) {
        return new ProcessJson(HostFeatures.current(), new ArrayList<>())
                .process(new JsonField("process", JsonText.tree("process", json)));
    }

    /**
     * {@code process} with another AppArmor profile or SELinux label, each unless it is empty.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when this kernel does not support the profile or label
     */
    public static Spec.Process labelled(Spec.Process process, String apparmor, String selinux) {
        HostFeatures host = HostFeatures.current();
        String profile = new ProcessJson(host, new ArrayList<>())
                .apparmorProfile(new JsonField("--apparmor", TextNode.valueOf(apparmor)));
        String label = ProcessJson.label(new JsonField("--process-label", TextNode.valueOf(selinux)), host);
        return process.withLabels(
                apparmor.isEmpty() ? process.apparmorProfile() : profile,
                selinux.isEmpty() ? process.selinuxLabel() : label);
    }

    /**
     * Parses resource limits, as in linux.resources of config.json. They may be only a part of a container's limits:
     * {@link dev.rustyrun.spec.ResourcesValidator} checks them once they are complete.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when it is not JSON, or a value has the wrong type: the message
     * names the field
     */
    public static Resources resources(String json) {
        return new ResourcesJson(new ArrayList<>())
                .unchecked(new JsonField("resources", JsonText.tree("resources", json)));
    }

    private Config config(JsonField config) {
        String version = version(config.field("ociVersion"));
        JsonField process = config.field("process");
        Spec.Process made = process.isPresent() ? new ProcessJson(host, warnings).process(process) : Spec.Process.NONE;
        List<Spec.Mount> mounts = new ArrayList<>();
        for (JsonField mount : config.field("mounts").elements()) {
            mounts.add(mount(mount));
        }
        LinuxSpec linux = new LinuxJson(host, warnings)
                .linux(config.field("linux"), made.capabilities().bounding());
        Spec spec = new Spec(
                made,
                root(config.field("root")),
                name(config.field("hostname"), linux),
                name(config.field("domainname"), linux),
                mounts,
                linux,
                config.field("annotations").textMap(),
                hooks(config.field("hooks")));
        return new Config(version, spec, warnings);
    }

    /** A version in the format of semver.org; other minor versions only add fields. */
    private static String version(JsonField json) {
        String version = json.text();
        if (!version.matches("[0-9]{1,9}\\.[0-9]{1,9}\\.[0-9]{1,9}([-+][0-9A-Za-z.+-]*)?")) {
            throw json.wrong("is not a version such as " + OciVersion.NEWEST + ": " + JsonField.quoted(version));
        }
        if (!version.startsWith("1.")) {
            throw json.wrong("is " + JsonField.quoted(version) + ", but Rustyrun supports only 1.x");
        }
        return version;
    }

    private Spec.Root root(JsonField json) {
        if (!json.isPresent()) {
            throw json.wrong("is missing");
        }
        return new Spec.Root(
                inBundle(json.field("path").word()), json.field("readonly").truthOr(false));
    }

    private String inBundle(String path) {
        return path.startsWith("/") ? path : bundle + "/" + path;
    }

    private static String name(JsonField json, LinuxSpec linux) {
        String name = json.textOr("");
        if (!name.isEmpty() && !linux.has(NamespaceType.UTS)) {
            throw json.wrong("needs a uts namespace in linux.namespaces: otherwise the host's name would change");
        }
        return name;
    }

    private Spec.Mount mount(JsonField json) {
        JsonField destination = json.field("destination");
        String target = destination.word();
        if (!target.startsWith("/")) {
            warnings.add(destination.path() + " is not absolute, which is deprecated; treated as relative to /");
            target = "/" + target;
        }
        List<String> options = json.field("options").texts();
        boolean bind = options.contains("bind")
                || options.contains("rbind")
                || json.field("type").textOr("").equals("bind");
        String type = bind
                ? "bind"
                : options.contains("remount")
                        ? json.field("type").textOr("")
                        : json.field("type").word();
        String source = json.field("source").textOr("");
        if (bind && !options.contains("remount")) {
            source = inBundle(json.field("source").word());
        }
        List<IdMapping> uids = LinuxJson.mappings(json.field("uidMappings"));
        List<IdMapping> gids = LinuxJson.mappings(json.field("gidMappings"));
        if (uids.isEmpty() != gids.isEmpty()) {
            throw json.wrong("has only one of uidMappings and gidMappings: set both");
        }
        return new Spec.Mount(target, type, source, options, uids, gids);
    }

    /** A hook without an environment gets, as with runc and crun, the runtime's or, in the container, the command's. */
    private static Hooks hooks(JsonField json) {
        if (!json.isPresent()) {
            return Hooks.NONE;
        }
        Optional<List<String>> outside = Optional.of(HostFeatures.environment());
        return new Hooks(
                hookList(json.field("prestart"), outside),
                hookList(json.field("createRuntime"), outside),
                hookList(json.field("createContainer"), outside),
                hookList(json.field("startContainer"), Optional.empty()),
                hookList(json.field("poststart"), outside),
                hookList(json.field("poststop"), outside));
    }

    /** @param inherited the environment of hooks that name none; empty for the process's */
    private static List<Hooks.Hook> hookList(JsonField json, Optional<List<String>> inherited) {
        List<Hooks.Hook> hooks = new ArrayList<>();
        for (JsonField hook : json.elements()) {
            boolean own = hook.field("env").isPresent();
            hooks.add(new Hooks.Hook(
                    hook.field("path").absolutePath(),
                    hook.field("args").texts(),
                    own ? ProcessJson.environment(hook.field("env")) : inherited.orElse(List.of()),
                    (int) Math.min(Integer.MAX_VALUE, hook.field("timeout").betweenOr(1, Long.MAX_VALUE, 0)),
                    !own && inherited.isEmpty()));
        }
        return hooks;
    }
}
