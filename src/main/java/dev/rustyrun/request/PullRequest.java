package dev.rustyrun.request;

/** The image to pull. */
public final class PullRequest {

    @RequestField(
            json = "image",
            inJson = "The image's name, as in docs/images.md.",
            required = "is missing",
            example = "\"alpine\"")
    private String image = "";

    @RequestField(
            json = "platform",
            inJson = "The platform of a multi-platform image.",
            defaultText = "the server's",
            example = "\"linux/amd64\"")
    private String platform = "";

    /** The image's name. */
    public String image() {
        return image;
    }

    /** The platform as OS/ARCH[/VARIANT]; empty for the server's. */
    public String platform() {
        return platform;
    }
}
