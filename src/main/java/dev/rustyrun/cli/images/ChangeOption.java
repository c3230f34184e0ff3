package dev.rustyrun.cli.images;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The option that changes the configuration of a new image. */
final class ChangeOption {

    @Option(
            names = {"-c", "--change"},
            paramLabel = "INSTRUCTION",
            description =
                    "An instruction as in a Dockerfile: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME"
                            + " or WORKDIR.")
    private List<String> changes = new ArrayList<>();

    /** The instructions in the given order. */
    List<String> changes() {
        return changes;
    }
}
