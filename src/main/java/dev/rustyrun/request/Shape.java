package dev.rustyrun.request;

import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.List;

/** How the value of a request field is written in JSON. */
public enum Shape {
    TEXT,
    /** A string that may contain any character. */
    CONTENT,
    /** A number of bytes, or a string with a suffix. */
    SIZE,
    FLAG,
    NUMBER,
    WHOLE,
    TEXTS,
    /** An object of strings. */
    VARIABLES,
    /** A list of objects with source and target. */
    VOLUMES,
    /** A list of objects with path and content. */
    FILES;

    static Shape of(Field field, RequestField.Kind kind) {
        Class<?> type = field.getType();
        if (type == boolean.class || type == Boolean.class) {
            return FLAG;
        }
        if (type == BigDecimal.class) {
            return NUMBER;
        }
        if (type == Long.class) {
            return WHOLE;
        }
        if (type == List.class) {
            return isOf(field, Variable.class)
                    ? VARIABLES
                    : isOf(field, Volume.class) ? VOLUMES : isOf(field, PlacedFile.class) ? FILES : TEXTS;
        }
        return switch (kind) {
            case OF_TYPE -> TEXT;
            case CONTENT -> CONTENT;
            case SIZE -> SIZE;
        };
    }

    private static boolean isOf(Field field, Class<?> element) {
        Type generic = field.getGenericType();
        return generic instanceof ParameterizedType list && list.getActualTypeArguments()[0] == element;
    }
}
