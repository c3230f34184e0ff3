package dev.rustyrun.engine;

import dev.rustyrun.container.EtcFiles;
import dev.rustyrun.container.ImageRootfs;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.LaunchSite;
import dev.rustyrun.rootfs.Users;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;
import java.util.Map;

/** An image as the root file system of a request: what every door makes of it, in the same way. */
public final class ImageLaunch {

    private final ImageRootfs image;

    /** That of {@code image}. */
    public ImageLaunch(ImageRootfs image) {
        this.image = image;
    }

    /**
     * That of the image with this digest, which has been made ready before.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when it has been removed since
     */
    public static ImageLaunch stored(String digest) {
        return stored(digest, "");
    }

    /** The same in the store in {@code folder}, which is another process's; empty for this one's. */
    public static ImageLaunch stored(String digest, String folder) {
        return new ImageLaunch(ImageRootfs.stored(digest, folder));
    }

    /** The texts of the files in /etc of a container for which nothing was said about them. */
    public static Map<String, String> etc(String hostname, String network) {
        return EtcFiles.DEFAULT.texts(hostname, network);
    }

    /**
     * What runs: the words, or what the image says instead of them, behind the entry point.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when that is nothing
     */
    public List<String> command(LaunchRequest request, List<String> words) {
        return image.command(request.entrypoint(), words);
    }

    /** Its folder, and who runs the command there. */
    public LaunchSite.Root root(LaunchRequest request, List<String> groups, int umask) {
        Users.Account account = image.users().find(request.user().orElse(image.user()), groups, umask);
        return new LaunchSite.Root(image.folder(), account.user(), account.home());
    }

    /** Where the command runs when nothing was said. */
    public String workdir() {
        return image.workingDirectory();
    }

    /** Its variables, which the request may replace. */
    public List<String> environment() {
        return image.env();
    }

    /**
     * Adds its layers, and what else it says.
     *
     * @param texts of files that the container sees, by their paths
     */
    public void complete(SpecBuilder spec, LaunchRequest request, Map<String, String> texts) {
        spec.image(image.layers(texts, request.storageSize().orElse(0L)));
        image.labels().forEach(spec::annotation);
    }
}
