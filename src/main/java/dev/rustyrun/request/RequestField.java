package dev.rustyrun.request;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A field of a request: its name in JSON, and the texts for HTTP, the client and the tables in docs/. A field that also
 * has picocli's {@code Option} is a command-line option too; unless a text is given here, the option's description is
 * used.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface RequestField {

    /** The name in JSON. */
    String json();

    /** How the value is written. */
    Kind kind() default Kind.OF_TYPE;

    /** The option's description for a service; empty if it does not differ from the local one. */
    String atService() default "";

    /** The field's description in JSON; empty if it does not differ from the option's. */
    String inJson() default "";

    /** The option's value label for a service; empty if it does not differ from the local one. */
    String labelAtService() default "";

    /** An example value, for the API description. */
    String example() default "";

    /** The default in words, for docs/http.md. */
    String defaultText() default "none";

    /** The value to set when the JSON field is missing; empty for the class's own default. */
    String missing() default "";

    /** The error if the field is missing; empty if the field is optional. */
    String required() default "";

    /** Whether the local command line has the option. */
    boolean local() default true;

    /** The heading above the option in help and docs/cli.md; empty for the general options. */
    String heading() default "";

    /** How a value is written in JSON. */
    enum Kind {
        /** By its Java type: string, boolean, number, list of strings or list of objects. */
        OF_TYPE,
        /** A string that may contain any character, because it is not passed to a kernel call. */
        CONTENT,
        /** A number of bytes, or a string such as {@code 64m}. */
        SIZE
    }
}
