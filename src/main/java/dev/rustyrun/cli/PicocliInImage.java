package dev.rustyrun.cli;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/** What picocli does otherwise in a native executable, where each command line is read in a process of its own. */
final class PicocliInImage {

    private PicocliInImage() {}

    /**
     * Each argument is looked at several times, and each time four exceptions were thrown and caught to find out that a
     * path is no number. An exception reads what the executable has about its callers.
     */
    @TargetClass(className = "picocli.CommandLine$Model$CommandSpec")
    static final class CommandSpec {

        private CommandSpec() {}

        /** Whether it could be meant as an option: all of ours begin with a hyphen, and so do negative numbers. */
        @Substitute
        boolean resemblesOption(String argument) {
            return argument != null
                    && argument.length() > 1
                    && argument.charAt(0) == '-'
                    && !Character.isDigit(argument.charAt(1))
                    && argument.charAt(1) != '.';
        }
    }
}
