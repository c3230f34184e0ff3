package dev.rustyrun.doctor;

import dev.rustyrun.linux.LinuxException;

/** A check with its group and its name. */
record Question(String group, String name, Check check) {

    /** Runs the check; a failed check becomes a warning with the reason. Never throws. */
    Finding put(Machine machine) {
        Answer answer;
        try {
            answer = check.on(machine);
        } catch (LinuxException e) {
            answer = Answer.warn("check failed: " + e.getMessage(), "find out what denies this call");
        } catch (RuntimeException | LinkageError e) {
            answer = Answer.warn("check failed: " + e, "please report this as a bug, with this line");
        }
        return new Finding(group, name, answer.level(), answer.fact(), answer.advice());
    }
}
