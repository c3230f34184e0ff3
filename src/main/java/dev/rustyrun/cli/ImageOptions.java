package dev.rustyrun.cli;

import dev.rustyrun.container.EtcFiles;
import dev.rustyrun.container.ImageRootfs;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of a launch that are about its image, and about the files in /etc that engines make for it. */
final class ImageOptions {

    @Option(names = "--dns", paramLabel = "ADDRESS", description = "Add a name server to /etc/resolv.conf; repeatable.")
    private List<String> dns = List.of();

    @Option(names = "--add-host", paramLabel = "NAME:ADDRESS", description = "Add a line to /etc/hosts; repeatable.")
    private List<String> hosts = List.of();

    @Option(names = "--no-etc", description = "Keep the image's /etc/resolv.conf, /etc/hosts and /etc/hostname.")
    private boolean noEtc;

    /** The image whose manifest has this digest, as it is here. */
    ImageRootfs settled(String digest) {
        return ImageRootfs.stored(digest, "");
    }

    /** The image of this name. */
    ImageRootfs image(CommandContext context, LaunchRequest request, String name) {
        return ImageRootfs.of(
                context.linux(), context.self(), name, ImageRootfs.Pull.parse(request.pull()), request.platform());
    }

    /** Throws when something is given that only a container from an image has. */
    void checkNone(LaunchRequest request) {
        refuse(!dns.isEmpty(), "--dns", "mount your own file: -v FILE:/etc/resolv.conf:ro");
        refuse(!hosts.isEmpty(), "--add-host", "mount your own file: -v FILE:/etc/hosts:ro");
        refuse(noEtc, "--no-etc", "a --rootfs keeps its /etc anyway");
        refuse(
                request.storageSize().isPresent(),
                "--storage-size",
                "--ephemeral=SIZE limits what is written, in memory");
        request.pull();
        refuse(!request.platform().isEmpty(), "--platform", "a --rootfs has one already");
    }

    private static void refuse(boolean given, String option, String instead) {
        if (given) {
            throw new InvalidSpecException(option + " is for a container from an image; " + instead);
        }
    }

    /** The texts of the files in /etc, by their paths. */
    Map<String, String> files(Linux linux, String hostname, String network) {
        return noEtc ? Map.of() : new EtcFiles(dns, hosts).texts(linux, hostname, network);
    }
}
