package dev.rustyrun.engine;

import dev.rustyrun.container.CommandTools;
import dev.rustyrun.container.ConfiguredIds;
import dev.rustyrun.container.EtcFiles;
import dev.rustyrun.container.GrantedIds;
import dev.rustyrun.container.HostDevices;
import dev.rustyrun.container.ImageRootfs;
import dev.rustyrun.container.OwnCapabilities;
import dev.rustyrun.container.SeccompParser;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.SeccompSetting;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The resources of this machine and this user for a local launch: images and directories, devices, ids, capabilities,
 * and the namespaces of running containers.
 */
public final class LocalHost {

    private final CommandTools tools;
    private final NamespaceParser namespaces;

    /** The host of launches with {@code tools}. */
    public LocalHost(CommandTools tools) {
        this.tools = tools;
        this.namespaces = new NamespaceParser(tools.store());
    }

    public boolean isRoot() {
        return tools.isRoot();
    }

    /** The directory at {@code path} as a root file system. */
    public RootfsLaunch rootfs(String path) {
        return new RootfsLaunch(tools, path);
    }

    /** The image with this name. It is pulled and unpacked as the request says. */
    public ImageLaunch image(LaunchRequest request, String name) {
        return new ImageLaunch(ImageRootfs.of(
                tools.linux(), tools.self(), name, ImageRootfs.Pull.parse(request.pull()), request.platform()));
    }

    /**
     * The content of the container's files in /etc, by their paths.
     *
     * @param nameServers for resolv.conf; the host's if empty
     * @param hosts NAME:ADDRESS, for the file hosts
     */
    public Map<String, String> etc(List<String> nameServers, List<String> hosts, String hostname, String network) {
        return new EtcFiles(nameServers, hosts).texts(tools.linux(), hostname, network);
    }

    /** A device for a container, by its path on this machine and its path in the container. */
    public LinuxSpec.Device device(String source, String target) {
        return new HostDevices(tools.linux()).device(source, target);
    }

    /**
     * A limit for the use of a block device.
     *
     * @param option the option that sets it, for messages
     * @param limit a number or a size
     */
    public Resources.Throttle throttle(Resources.Rate rate, String option, String device, String limit) {
        return new HostDevices(tools.linux()).throttle(rate, option, device, limit);
    }

    /**
     * Sets a namespace of the container: a new one, the host's, or that of a running container.
     *
     * @param option name of the option, for messages
     * @throws InvalidSpecException when the namespace does not exist
     */
    public void namespace(SpecBuilder spec, NamespaceType type, String option, String word) {
        namespaces.apply(spec, type, option, word);
    }

    /** Gives the container a user namespace with ids that no other container uses. */
    public void isolateIds(SpecBuilder spec) {
        String pool = System.getenv().getOrDefault(ConfiguredIds.VARIABLE, "");
        spec.isolate(new ConfiguredIds(tools.linux()).pool(pool));
    }

    /** Gives the container a user namespace with the ids that this user may map. */
    public void grantIds(SpecBuilder spec) {
        new GrantedIds(tools.linux()).apply(spec);
    }

    /**
     * The value of {@code --seccomp}.
     *
     * @param bounding the container's bounding set, on which a profile in docker's format may depend
     * @throws InvalidSpecException when it is the file of no profile
     */
    public SeccompSetting seccomp(String word, Set<Capability> bounding) {
        return SeccompParser.setting(word, bounding);
    }

    /** The capabilities that this process can grant. */
    public Set<Capability> capabilities() {
        return OwnCapabilities.of(tools.linux()).all();
    }

    /**
     * Checks that this process can grant capabilities.
     *
     * @param option the option that adds them
     * @throws InvalidSpecException when it cannot
     */
    public void checkGrantable(String option, Spec spec, Set<Capability> added) {
        Set<Capability> lacking = OwnCapabilities.of(tools.linux()).missingFor(spec, added);
        if (!lacking.isEmpty()) {
            throw new InvalidSpecException(option + ": " + OwnCapabilities.words(lacking));
        }
    }
}
