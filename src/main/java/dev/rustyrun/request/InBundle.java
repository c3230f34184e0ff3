package dev.rustyrun.request;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What an option of {@code run} means for a container from a bundle, whose {@code config.json} describes the container.
 * Each option of {@code run} has this annotation, except those that exist only for bundles. An option without it is
 * refused with a bundle.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface InBundle {

    /** The field of {@code config.json} to set instead of the option. */
    String field() default "";

    /** The annotation in {@code config.json} to set instead of the option. */
    String annotation() default "";

    /** What to do instead of the option, if that is neither a field nor an annotation. */
    String instead() default "";

    /** Whether the option has an effect, or names the default, with a bundle too. */
    boolean works() default false;
}
