package dev.rustyrun.spec;

import java.io.PrintStream;

/** Prints each step as a line with its duration. */
public record PrintedSteps(PrintStream messages) implements StepLog {

    @Override
    public void done(String stage, int micros, String step) {
        messages.printf("trace: %-5s %6d µs  %s%n", stage, micros, step);
    }
}
