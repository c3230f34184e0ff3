package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.files.LaunchedWith;
import dev.rustyrun.container.supervised.NewContainer;
import dev.rustyrun.spec.Spec;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A detached launch of the command line. Another process, the monitor, launches the container.
 *
 * @param spec the container's Spec
 * @param image the name of its image, as it is shown; empty for a directory as the root file system
 * @param labels its labels, without those of the image
 * @param size the size of its terminal, if it has one
 * @param interactive whether its input stays open until it is closed explicitly
 * @param removed whether it is deleted at its end
 * @param words the arguments from which its monitor makes the same Spec
 */
public record DetachedLaunch(
        Spec spec,
        Optional<String> image,
        Map<String, String> labels,
        Spec.ConsoleSize size,
        boolean interactive,
        boolean removed,
        ObjectNode words) {

    /** Maximum size of the log, in bytes. */
    private static final int MAX_LOG = 16 * 1024 * 1024;

    /** The description of a container that starts at once. */
    NewContainer container() {
        ObjectNode resolved = JsonNodeFactory.instance.objectNode();
        resolved.set(LocalEngine.FILES, LaunchedWith.of(spec).json());
        resolved.setAll(words);
        return new NewContainer(
                image.isPresent() ? new TreeMap<>(spec.labels()) : labels,
                spec.process().terminal(),
                size.height(),
                size.width(),
                interactive,
                MAX_LOG,
                removed,
                shown(),
                resolved);
    }

    /**
     * The description of a container that is started later.
     *
     * @param token a secret of its layer, which exists before the start
     */
    NewContainer container(String token) {
        NewContainer later = container();
        later.resolved().put(NewContainer.WAITS, token);
        return later;
    }

    /** What {@code inspect} shows of the launch. */
    private ObjectNode shown() {
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        image.ifPresentOrElse(
                name -> shown.put("image", name),
                () -> shown.put("rootfs", spec.root().path()));
        spec.process().args().forEach(shown.putArray("command")::add);
        return shown;
    }
}
