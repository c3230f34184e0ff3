package dev.rustyrun.cli;

import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.engine.RootfsLaunch;
import dev.rustyrun.request.LaunchRequest;
import java.nio.file.Path;

/** A host directory as the root file system. */
final class RootfsSite extends LocalSite {

    private static final String HOSTS = "/";

    private final String path;

    private RootfsSite(LocalHost host, String path, Root root, Terminal terminal, StorageOptions storage) {
        super(host, root, terminal, storage);
        this.path = path;
    }

    /** The directory of {@code request}, whose command is complete. */
    static RootfsSite of(
            LocalHost host,
            LaunchRequest request,
            Terminal terminal,
            StorageOptions storage,
            PrivilegeOptions privileges) {
        String path = request.rootfs().orElseThrow();
        RootfsLaunch rootfs = host.rootfs(path);
        boolean bringsFiles = storage.bringsFiles() || !request.mounts().isEmpty();
        if (!bringsFiles && !request.command().isEmpty()) {
            rootfs.check(request.command().get(0));
        }
        return new RootfsSite(
                host, path, rootfs.root(request, privileges.groups(), privileges.umask()), terminal, storage);
    }

    @Override
    boolean isHosts() {
        return path.equals(HOSTS);
    }

    @Override
    public String workdir() {
        return isHosts() ? Path.of("").toAbsolutePath().toString() : "/";
    }
}
