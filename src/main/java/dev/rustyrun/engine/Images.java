package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.List;

/**
 * The operations on images: on this machine ({@link LocalImages}) or at a launch service. All methods throw {@link
 * dev.rustyrun.spec.InvalidSpecException} with a one-line reason when an operation fails.
 */
public interface Images {

    /**
     * Pulls an image; returns its id.
     *
     * @param messages receives progress and problems
     * @param quiet whether to print only problems
     */
    String pull(String name, LocalImages.RegistryOptions options, PrintStream messages, boolean quiet);

    /** One row for each name, and one for each image without a name; the newest image first. */
    List<ImageRow> list();

    /** The image's JSON. */
    JsonNode inspect(String name);

    /** Removes a name; with the last name also the image. Returns the actions, one line each. */
    List<String> remove(String image, boolean force);
}
