package dev.rustyrun.doctor;

/** The result of a check: its level, the fact, and the advice, which is empty if no action is needed. */
record Answer(Level level, String fact, String advice) {

    static Answer ok(String fact) {
        return new Answer(Level.OK, fact, "");
    }

    static Answer warn(String fact, String advice) {
        return new Answer(Level.WARN, fact, advice);
    }

    static Answer fail(String fact, String advice) {
        return new Answer(Level.FAIL, fact, advice);
    }
}
