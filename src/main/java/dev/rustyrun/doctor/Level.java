package dev.rustyrun.doctor;

/** How bad a finding is. */
public enum Level {
    /** As it should be. */
    OK("ok"),
    /** Containers run, but something that one may want of them does not. */
    WARN("warn"),
    /** Containers of this user do not run. */
    FAIL("FAIL");

    private final String word;

    Level(String word) {
        this.word = word;
    }

    /** The word that stands for it in print. */
    public String word() {
        return word;
    }
}
