package dev.rustyrun.cli;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/** Replaces parts of picocli in a native executable, where each process parses only one command line. */
final class PicocliInImage {

    private PicocliInImage() {}

    /**
     * picocli tests each argument several times, and each test threw and caught four exceptions to find out that a path
     * is not a number. Exceptions are slow in a native executable, because they look up the callers in its frame data.
     */
    @TargetClass(className = "picocli.CommandLine$Model$CommandSpec")
    static final class CommandSpec {

        private CommandSpec() {}

        /**
         * Whether the argument may be an option: Rustyrun's options begin with a hyphen, but so do negative numbers.
         */
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
