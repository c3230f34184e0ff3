package dev.rustyrun.cli;

import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.request.InBundle;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The image options of a launch, and those about the files in /etc that engines create for a container. */
final class ImageOptions {

    @InBundle(field = "mounts")
    @Option(names = "--dns", paramLabel = "ADDRESS", description = "Add a name server to /etc/resolv.conf; repeatable.")
    private List<String> dns = List.of();

    @InBundle(field = "mounts")
    @Option(names = "--add-host", paramLabel = "NAME:ADDRESS", description = "Add a line to /etc/hosts; repeatable.")
    private List<String> hosts = List.of();

    @InBundle(field = "mounts")
    @Option(names = "--no-etc", description = "Keep the image's /etc/resolv.conf, /etc/hosts and /etc/hostname.")
    private boolean noEtc;

    /** Rejects options that apply only to a container from an image. */
    void checkNone(LaunchRequest request) {
        refuse(!dns.isEmpty(), "--dns", "mount your own file: -v FILE:/etc/resolv.conf:ro");
        refuse(!hosts.isEmpty(), "--add-host", "mount your own file: -v FILE:/etc/hosts:ro");
        refuse(noEtc, "--no-etc", "a --rootfs keeps its /etc anyway");
        refuse(
                request.storageSize().isPresent(),
                "--storage-size",
                "--ephemeral=SIZE limits what is written, in memory");
        request.checkNoImageFields();
    }

    private static void refuse(boolean given, String option, String instead) {
        if (given) {
            throw new InvalidSpecException(option + " requires an image; " + instead);
        }
    }

    /** The contents of the files in /etc, by path. */
    Map<String, String> files(LocalHost host, String hostname, String network) {
        return noEtc ? Map.of() : host.etc(dns, hosts, hostname, network);
    }
}
