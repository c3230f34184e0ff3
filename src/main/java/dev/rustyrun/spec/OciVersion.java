package dev.rustyrun.spec;

/** The versions of the OCI runtime specification that Rustyrun supports. */
public final class OciVersion {

    public static final String OLDEST = "1.0.0";
    public static final String NEWEST = "1.3.0";

    private OciVersion() {}
}
