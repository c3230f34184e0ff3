package dev.rustyrun.cli;

import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.rustyrun.cli.common.StrictCommandLine;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.ISetter;

/**
 * Replaces parts of picocli in a native executable. There, the model of the command line is built at build time, and
 * each process parses only one command line, which has a few of its many options. Only these options should cost
 * anything: each object that is changed, or hashed with all its texts, costs a page fault.
 */
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

    /** picocli looks for each option in sets, and hashes all texts of the option for it. */
    @TargetClass(className = "picocli.CommandLine$Model$OptionSpec")
    static final class Option {

        @Alias
        private String[] names;

        private Option() {}

        @Override
        @Substitute
        public int hashCode() {
            return Arrays.hashCode(names);
        }
    }

    /** See {@link Option}. A command has only one of these, or two. */
    @TargetClass(className = "picocli.CommandLine$Model$PositionalParamSpec")
    static final class Positional {

        private Positional() {}

        @Override
        @Substitute
        public int hashCode() {
            return 1;
        }
    }

    /** The members of an argument's model that {@link Interpreter} needs. */
    @TargetClass(className = "picocli.CommandLine$Model$ArgSpec")
    static final class Argument {

        @Alias
        private List<String> stringValues;

        @Alias
        private List<Object> typedValues;

        @Alias
        private Map<Integer, Object> typedValueAtPosition;

        private Argument() {}

        @Alias
        private native void resetStringValues();

        @Alias
        private native void resetOriginalStringValues();

        @Alias
        private native boolean hasInitialValue();

        @Alias
        private native Object initialValue();

        @Alias
        private native ISetter setter();
    }

    /** The member of a result that {@link Interpreter} needs. */
    @TargetClass(className = "picocli.CommandLine$ParseResult$Builder")
    static final class Result {

        @Alias
        private boolean isInitializingDefaultValues;

        private Result() {}
    }

    /**
     * Before and after each command line, picocli gives every option its initial value and its default, by reflection.
     * Here an option gets its default at build time ({@link StrictCommandLine#applyDefaults}), and again only after an
     * earlier command line of this process has set it.
     */
    @TargetClass(className = "picocli.CommandLine$Interpreter")
    static final class Interpreter {

        @Alias
        private Result parseResultBuilder;

        private Interpreter() {}

        @Alias
        private native boolean applyDefault(IDefaultValueProvider provider, Argument argument) throws Exception;

        @Substitute
        private void clear(Argument argument) {
            if (argument.stringValues.isEmpty() && argument.typedValues.isEmpty()) {
                return;
            }
            argument.resetStringValues();
            argument.resetOriginalStringValues();
            argument.typedValues.clear();
            argument.typedValueAtPosition.clear();
            parseResultBuilder.isInitializingDefaultValues = true;
            try {
                if (argument.hasInitialValue()) {
                    argument.setter().set(argument.initialValue());
                }
                applyDefault(null, argument);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                parseResultBuilder.isInitializingDefaultValues = false;
            }
        }

        /** The defaults are there already; a required option has no default. */
        @Substitute
        private void applyDefaultValues(List<ArgSpec> required, Set<ArgSpec> initialized) {}
    }
}
