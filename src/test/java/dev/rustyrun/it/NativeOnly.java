package dev.rustyrun.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Runs the test with the native executable only: a JVM cannot do it, or runs the same code more slowly.
 * {@code ./mvnw verify} leaves these tests out; {@code -Drustyrun.excluded-tests=none} includes the slow ones.
 */
@Tag("native")
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface NativeOnly {

    /** The reason. */
    String value();
}
