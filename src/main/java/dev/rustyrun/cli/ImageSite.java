package dev.rustyrun.cli;

import dev.rustyrun.engine.ImageLaunch;
import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;
import java.util.Map;

/** The layers of an image as the root file system. */
final class ImageSite extends LocalSite {

    private final ImageLaunch image;
    private final LaunchRequest request;
    private final Map<String, String> files;

    /** @param files contents of the container's files in /etc, by path */
    ImageSite(
            LocalHost host,
            ImageLaunch image,
            LaunchRequest request,
            Root root,
            Map<String, String> files,
            Terminal terminal,
            StorageOptions storage) {
        super(host, root, terminal, storage);
        this.image = image;
        this.request = request;
        this.files = files;
    }

    @Override
    void complete(SpecBuilder spec) {
        image.complete(spec, request, files);
    }

    @Override
    boolean isImage() {
        return true;
    }

    @Override
    public String workdir() {
        return image.workdir();
    }

    @Override
    public List<String> environment() {
        return image.environment();
    }
}
