package dev.rustyrun.engine;

import dev.rustyrun.container.EtcFiles;
import dev.rustyrun.container.ImageRootfs;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.LaunchSite;
import dev.rustyrun.rootfs.Users;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;
import java.util.Map;

/** An image as the root file system of a request; shared by the command line and HTTP. */
public final class ImageLaunch {

    private final ImageRootfs image;

    /** Creates the launch of {@code image}. */
    public ImageLaunch(ImageRootfs image) {
        this.image = image;
    }

    /**
     * The launch of the image with this digest, which must have been unpacked before.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when the image has been removed since
     */
    public static ImageLaunch stored(String digest) {
        return stored(digest, "");
    }

    /** The launch of an image in the store at {@code folder}; empty for this process's own store. */
    public static ImageLaunch stored(String digest, String folder) {
        return new ImageLaunch(ImageRootfs.stored(digest, folder));
    }

    /** The content of the container's files in /etc, by their paths, for a container without options about them. */
    public static Map<String, String> etc(String hostname, String network) {
        return EtcFiles.DEFAULT.texts(hostname, network);
    }

    /**
     * The command to run: the entry point followed by {@code words}, or by the image's command if there are none.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when there is no command
     */
    public List<String> command(LaunchRequest request, List<String> words) {
        return image.command(request.entrypoint(), words);
    }

    /** The image's root directory, and the user that runs the command. */
    public LaunchSite.Root root(LaunchRequest request, List<String> groups, int umask) {
        Users.Account account = image.users().find(request.user().orElse(image.user()), groups, umask);
        return new LaunchSite.Root(image.folder(), account.user(), account.home());
    }

    /** The default working directory. */
    public String workdir() {
        return image.workingDirectory();
    }

    /** The image's environment variables; those of the request replace them. */
    public List<String> environment() {
        return image.env();
    }

    /**
     * Adds the image's layers and labels to {@code spec}.
     *
     * @param texts contents of files that the container sees, by path
     */
    public void complete(SpecBuilder spec, LaunchRequest request, Map<String, String> texts) {
        spec.image(image.layers(texts, request.storageSize().orElse(0L)));
        image.labels().forEach(spec::annotation);
    }
}
