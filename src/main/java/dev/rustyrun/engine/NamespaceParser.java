package dev.rustyrun.engine;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.SpecBuilder;

/**
 * Parses the values of options such as {@code --pid}: {@code new}, {@code host}, {@code container:ID} or {@code
 * path:FILE}.
 */
final class NamespaceParser {

    private static final String CONTAINER = "container:";
    private static final String PATH = "path:";

    private final ContainerStore store;

    NamespaceParser(ContainerStore store) {
        this.store = store;
    }

    /**
     * Sets the container's namespace of this type.
     *
     * @param option name of the option, for messages
     * @throws InvalidSpecException when the namespace does not exist
     */
    void apply(SpecBuilder spec, NamespaceType type, String option, String word) {
        if (word.equals("new") || word.equals("private") && type != NamespaceType.NETWORK) {
            spec.unshare(type);
        } else if (word.equals("host")) {
            spec.share(type);
        } else if (word.startsWith(PATH + "/")) {
            spec.join(type, word.substring(PATH.length()));
        } else if (word.startsWith(CONTAINER)) {
            spec.join(type, pathIn(option, word.substring(CONTAINER.length()), type));
        } else {
            throw new InvalidSpecException(option + " \"" + word + "\" must be one of "
                    + switch (type) {
                        case NETWORK -> "none, private, cni:NAME";
                        case USER -> "auto, new";
                        default -> "new";
                    }
                    + ", host, container:ID and path:/FILE"
                    + (word.equals("bridge") ? "; use --net private instead of docker's bridge" : ""));
        }
    }

    private String pathIn(String option, String id, NamespaceType type) {
        int pid = store.running(id)
                .orElseThrow(() ->
                        new InvalidSpecException(option + " container:" + id + ": no running container has this id"))
                .pid();
        String file = type == NamespaceType.NETWORK ? "net" : type == NamespaceType.MOUNT ? "mnt" : type.word();
        return "/proc/" + pid + "/ns/" + file;
    }
}
