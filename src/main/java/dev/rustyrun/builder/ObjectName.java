package dev.rustyrun.builder;

import java.lang.reflect.Member;
import java.util.Map;

/**
 * Names of objects of the image heap, which are the same in each build of the same sources. The name of a class is its
 * own. Another object's name has its class, its size, and a hash of what distinguishes it: its text, if it has one, and
 * the objects that lead to it. So alike objects have one name, such as the locks of all classes.
 */
final class ObjectName {

    /** So many objects on the way to an object are part of its name. */
    private static final int DEPTH = 4;

    private ObjectName() {}

    /** The name of a {@code NativeImageHeap.ObjectInfo}. */
    static String of(Object info) throws ReflectiveOperationException {
        Class<?> type = type(info);
        return type == Class.class
                ? "class " + text(info, type).replaceFirst("^(class|interface) ", "")
                : type.getName() + ":" + Builder.call(info, "getSize") + "#"
                        + Integer.toHexString(origin(info, type, DEPTH).hashCode());
    }

    /** The class of the object at run time. */
    static Class<?> type(Object info) throws ReflectiveOperationException {
        return (Class<?>) Builder.call(info, "getObjectClass");
    }

    private static String origin(Object info, Class<?> type, int depth) throws ReflectiveOperationException {
        String own = text(info, type);
        if (type == String.class || type == Class.class) {
            return own;
        }
        Object reason = Builder.get(info, "reason");
        if (reason == null || reason.getClass() != info.getClass()) {
            return type.getName() + own + " < " + reason;
        }
        Class<?> parent = type(reason);
        return type.getName() + own + " < " + (depth == 0 ? parent.getName() : origin(reason, parent, depth - 1));
    }

    /** A text that belongs to this object only, or nothing. */
    private static String text(Object info, Class<?> type) throws ReflectiveOperationException {
        Object object = Builder.call(info, "getObject");
        if (object instanceof Map.Entry<?, ?> entry) {
            Object key = entry.getKey();
            return key instanceof String || key instanceof Class ? " " + key : "";
        }
        // The text of one of picocli's options is its longest name.
        boolean hasText = type == String.class
                || type == Class.class
                || object instanceof Member
                || object instanceof Enum
                || type.getName().equals("picocli.CommandLine$Model$OptionSpec");
        return hasText ? String.valueOf(object) : "";
    }
}
