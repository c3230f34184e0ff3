package dev.rustyrun.spec;

/** Formats sizes for humans. */
public final class Sizes {

    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};
    private static final int STEP = 1000;

    private Sizes() {}

    /** A size such as {@code 7.8 MB}, in powers of 1000, as other engines show the sizes of images. */
    public static String of(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= STEP && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        long tenths = Math.round(value * 10);
        return unit == 0 || tenths >= 1000
                ? Math.round(value) + " " + UNITS[unit]
                : tenths / 10 + "." + tenths % 10 + " " + UNITS[unit];
    }
}
