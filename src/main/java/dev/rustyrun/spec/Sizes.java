package dev.rustyrun.spec;

/** Sizes for people. */
public final class Sizes {

    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};
    private static final int STEP = 1000;

    private Sizes() {}

    /** Such as {@code 7.8 MB}: powers of 1000, as engines show images. */
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
