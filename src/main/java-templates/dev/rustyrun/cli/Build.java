package dev.rustyrun.cli;

/** Which sources this program was built from. The build fills it in; as constants it costs a start nothing. */
final class Build {

    /** The version of {@code pom.xml}. */
    static final String VERSION = "${project.version}";

    /** The commit, with {@code -dirty} when files differed from it; {@code unknown} when built without git's data. */
    static final String COMMIT = "${git.commit.id.describe}";

    private Build() {
    }
}
