package dev.rustyrun.spec;

/**
 * A file that was copied out of a container after its end.
 *
 * @param path path in the container
 * @param mode permission bits
 * @param error why it could not be copied; empty if it was
 */
public record OutputFile(String path, int mode, byte[] bytes, String error) {

    /** A file that could not be copied. */
    public static OutputFile failed(String path, String error) {
        return new OutputFile(path, 0, new byte[0], error);
    }
}
