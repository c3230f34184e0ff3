package dev.rustyrun.spec;

/**
 * A file of a container that was wanted back after its end.
 *
 * @param path in the container
 * @param mode its permissions
 * @param error why it is not here; empty if it is
 */
public record OutputFile(String path, int mode, byte[] bytes, String error) {

    /** One that is not here. */
    public static OutputFile failed(String path, String error) {
        return new OutputFile(path, 0, new byte[0], error);
    }
}
