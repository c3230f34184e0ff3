package dev.rustyrun.doctor;

/** How serious a finding is. */
public enum Level {
    /** No problem. */
    OK("ok"),
    /** Containers run, but a feature does not work. */
    WARN("warn"),
    /** This user cannot run containers. */
    FAIL("FAIL");

    private final String word;

    Level(String word) {
        this.word = word;
    }

    /** The level as printed. */
    public String word() {
        return word;
    }
}
