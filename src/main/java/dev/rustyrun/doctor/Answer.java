package dev.rustyrun.doctor;

/** What a check has to say: how bad it is, the fact, and what to do about it, empty when nothing needs doing. */
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
