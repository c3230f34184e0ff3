package dev.rustyrun.linux;

import java.util.HexFormat;

/** The small programs that are assembled from {@code src/main/asm} and kept in the sources in hexadecimal digits. */
public final class MachineCode {

    private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));

    private MachineCode() {}

    /** That of the two programs which this machine executes. */
    public static byte[] of(String x86, String arm) {
        return decode(ARM ? arm : x86);
    }

    /** The bytes of one. */
    public static byte[] decode(String hex) {
        return HexFormat.of().parseHex(hex.replace("\n", ""));
    }
}
