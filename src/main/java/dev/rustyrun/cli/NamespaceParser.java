package dev.rustyrun.cli;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.SpecBuilder;

/** The values of options such as {@code --pid}: {@code new}, {@code host}, {@code container:ID} or {@code path:FILE}. */
final class NamespaceParser {

    private static final String CONTAINER = "container:";
    private static final String PATH = "path:";

    private final ContainerStore store;

    NamespaceParser(ContainerStore store) {
        this.store = store;
    }

    /**
     * Lets the container have the namespace that {@code word} names.
     *
     * @param option for messages
     * @throws InvalidSpecException when there is no such namespace
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
                    + (type == NamespaceType.NETWORK ? "none, private, cni:NAME" : "new")
                    + ", host, container:ID and path:/FILE"
                    + (word.equals("bridge") ? "; --net private, with a way out, is docker's bridge" : ""));
        }
    }

    private String pathIn(String option, String id, NamespaceType type) {
        int pid = store.running(id)
                .orElseThrow(
                        () -> new InvalidSpecException(option + " container:" + id + ": no container of this id runs"))
                .pid();
        String file = type == NamespaceType.NETWORK ? "net" : type == NamespaceType.MOUNT ? "mnt" : type.word();
        return "/proc/" + pid + "/ns/" + file;
    }
}
