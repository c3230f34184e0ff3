package dev.rustyrun.linux;

import java.util.HexFormat;

/** The small programs that are assembled from {@code src/main/asm} and stored in the sources as hexadecimal digits. */
public final class MachineCode {

    private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));

    private MachineCode() {}

    /** The program for this machine's architecture. */
    public static byte[] of(String x86, String arm) {
        return decode(ARM ? arm : x86);
    }

    /** Decodes the bytes of a program. */
    public static byte[] decode(String hex) {
        return HexFormat.of().parseHex(hex.replace("\n", ""));
    }
}
