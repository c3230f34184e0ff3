package dev.rustyrun.request;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A field of a request: its name in JSON, and what HTTP, the client and the tables in docs/ need to know of it besides. A field
 * with picocli's {@code Option} is an option of the command lines too, whose description is this field's unless one is here.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface RequestField {

    /** Its name in JSON. */
    String json();

    /** How its value is written. */
    Kind kind() default Kind.OF_TYPE;

    /** What the option means at a service; empty: the same as here. */
    String atService() default "";

    /** What the field means in JSON; empty: the same as the option. */
    String inJson() default "";

    /** The option's value at a service; empty: as here. */
    String labelAtService() default "";

    /** A value, for the description of the API. */
    String example() default "";

    /** What holds when it is not said, for docs/http.md. */
    String unsaid() default "none";

    /** What a reader of JSON takes when it is not there. */
    String missing() default "";

    /** Why a request without it is refused; empty: it may be left out. */
    String required() default "";

    /** Whether the option is one of the local command line too. */
    boolean local() default true;

    /** The heading under which help and docs/cli.md show the option; empty: with the others. */
    String heading() default "";

    /** How a value is written in JSON. */
    enum Kind {
        /** As its Java type says: a text, true or false, a number, a list of texts, a list of objects. */
        OF_TYPE,
        /** A text that may hold any character: it goes to no kernel call. */
        CONTENT,
        /** Bytes: a whole number, or a text such as {@code 64m}. */
        SIZE
    }
}
