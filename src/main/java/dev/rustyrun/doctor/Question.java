package dev.rustyrun.doctor;

import dev.rustyrun.linux.LinuxException;

/** A check and what it is about. */
record Question(String group, String name, Check check) {

    /** The check's answer; a warning with the reason when the check itself went wrong. Never throws. */
    Finding put(Machine machine) {
        Answer answer;
        try {
            answer = check.on(machine);
        } catch (LinuxException e) {
            answer = Answer.warn("not found out: " + e.getMessage(), "see what forbids that call");
        } catch (RuntimeException | LinkageError e) {
            answer = Answer.warn("not found out: " + e, "please report this as a bug, with this line");
        }
        return new Finding(group, name, answer.level(), answer.fact(), answer.advice());
    }
}
