package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.List;

/**
 * Images, and what can be done with them wherever they are: those of this machine's user ({@link LocalImages}), or those of a
 * launch service. All methods throw {@link dev.rustyrun.spec.InvalidSpecException}, with one line that says why, when something
 * cannot be done.
 */
public interface Images {

    /**
     * Fetches an image; its id.
     *
     * @param messages where progress and problems are shown
     * @param quiet whether only problems are
     */
    String pull(String name, LocalImages.RegistryOptions options, PrintStream messages, boolean quiet);

    /** One row for each name, and one for each image without; the newest image first. */
    List<ImageRow> list();

    /** What is known of an image. */
    JsonNode inspect(String name);

    /** Removes a name, and the image with its last one; what was done, a line each. */
    List<String> remove(String image, boolean force);
}
