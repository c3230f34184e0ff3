package dev.rustyrun.cli;

import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.request.LaunchSite;
import dev.rustyrun.request.Volume;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;

/** The site of a local launch: all options are allowed. */
abstract class LocalSite implements LaunchSite {

    private final LocalHost host;
    private final Root root;
    private final Terminal terminal;
    private final StorageOptions storage;

    LocalSite(LocalHost host, Root root, Terminal terminal, StorageOptions storage) {
        this.host = host;
        this.root = root;
        this.terminal = terminal;
        this.storage = storage;
    }

    /** Adds the settings that only this kind of root file system has. */
    void complete(SpecBuilder spec) {}

    /** Whether the root file system is the host's own tree. */
    boolean isHosts() {
        return false;
    }

    boolean isImage() {
        return false;
    }

    @Override
    public Root root() {
        return root;
    }

    @Override
    public Terminal terminal() {
        return terminal;
    }

    @Override
    public List<Spec.Mount> furtherMounts() {
        return storage.mounts();
    }

    @Override
    public Spec.Mount mount(Volume volume) {
        return MountParser.volume(volume);
    }

    @Override
    public void join(SpecBuilder spec, String word) {
        host.namespace(spec, NamespaceType.NETWORK, "--net", word);
    }
}
